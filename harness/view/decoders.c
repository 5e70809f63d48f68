/* The list of decoders: one row each. */
#include "harness/view/decode.h"

extern const struct decoder decoder_link_pulse, decoder_manchester, decoder_mcu, decoder_spi_lsb,
    decoder_spi_msb;

const struct decoder *const decoders[] = {
    &decoder_manchester, &decoder_link_pulse, &decoder_spi_lsb, &decoder_spi_msb, &decoder_mcu,
};
const size_t n_decoders = sizeof decoders / sizeof *decoders;
