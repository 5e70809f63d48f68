/* Single precision arithmetic as the FPv4-SP unit does it: bits in, bits out, FPSCR's
 * rounding mode, flush-to-zero and default NaN obeyed, its cumulative flags set.
 * The host is taken to round to nearest, as it does unless a program tells it otherwise. */
#ifndef MODELS_MCU_ARMV7M_FP_H
#define MODELS_MCU_ARMV7M_FP_H

#include <stdbool.h>
#include <stdint.h>

enum { FP_IOC = 1, FP_DZC = 2, FP_OFC = 4, FP_UFC = 8, FP_IXC = 16, FP_IDC = 128 };
enum { FP_FZ = 1 << 24, FP_DN = 1 << 25, FP_AHP = 1 << 26 };
enum fp_rounding { ROUND_NEAREST, ROUND_UP, ROUND_DOWN, ROUND_ZERO };

uint32_t armv7m_fp_add(uint32_t *fpscr, uint32_t a, uint32_t b);
uint32_t armv7m_fp_sub(uint32_t *fpscr, uint32_t a, uint32_t b);
uint32_t armv7m_fp_mul(uint32_t *fpscr, uint32_t a, uint32_t b);
uint32_t armv7m_fp_div(uint32_t *fpscr, uint32_t a, uint32_t b);
uint32_t armv7m_fp_sqrt(uint32_t *fpscr, uint32_t a);
/* addend + a * b, rounded once */
uint32_t armv7m_fp_fma(uint32_t *fpscr, uint32_t addend, uint32_t a, uint32_t b);
/* NZCV as of VCMP, in bits 31..28; `signalling`: VCMPE */
uint32_t armv7m_fp_compare(uint32_t *fpscr, uint32_t a, uint32_t b, bool signalling);
/* `bits` is 16 or 32, `fraction` the binary places; results are extended to 32 bits. */
uint32_t armv7m_fp_to_fixed(uint32_t *fpscr, uint32_t a, unsigned bits, unsigned fraction,
                            bool is_unsigned, enum fp_rounding rounding);
uint32_t armv7m_fp_from_fixed(uint32_t *fpscr, uint32_t x, unsigned bits, unsigned fraction,
                              bool is_unsigned, enum fp_rounding rounding);
uint32_t armv7m_fp_from_half(uint32_t *fpscr, uint32_t half);
uint32_t armv7m_fp_to_half(uint32_t *fpscr, uint32_t a);

#endif
