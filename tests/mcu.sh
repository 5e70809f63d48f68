#!/usr/bin/env bash
# `linkpulse mcu` as a user meets it: images built here from tests/firmware, their output,
# their ends, and the debugger.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
# shellcheck source=tests/gdb.sh
. "$here/gdb.sh"
sources=$here/firmware
json() { python3 "$here/mcu_json.py" "$@"; }

# --- without a compiler ------------------------------------------------------------------
check "no image" refuses "needs a firmware image" mcu
check "two images" refuses "one firmware image, found also b" mcu a b
check "an absent image" refuses "/nonexistent.elf: cannot be opened" mcu /nonexistent.elf
check "an unknown chip" refuses "chip f999: not a chip of this version; known: " mcu "$0" --chip f999
check "a file that is no image" refuses "mcu.sh at offset 0: neither ELF nor Intel HEX" mcu "$here/mcu.sh"
check "--max-cycles 0" refuses "expected 1 or more" mcu x --max-cycles 0
check "--max-time 0" refuses "max-time 0: expected 1n to 1e6 seconds" mcu x --max-time 0
check "--gdb=70000" refuses "gdb 70000: expected a whole number" mcu x --gdb=70000
check "--profile with --gdb" refuses "do not go together" mcu x --gdb --profile
check "a report over the image" refuses "would overwrite the input" mcu "$0" --itm "$0"
printf ':0400000001020304F2\n:00000002FE\n' >"$tree/bad.hex"
check "a bad HEX file: its line" refuses "bad.hex:2: " mcu "$tree/bad.hex"
printf '\177ELF\1\1\1' >"$tree/cut.elf"
check "a cut ELF: its offset" refuses "cut.elf at offset 7: ends within the ELF header" mcu "$tree/cut.elf"
vectors() { # SP PC FILE: a raw image of a vector table and four NOPs
    python3 -c 'import struct, sys
sys.stdout.buffer.write(struct.pack("<II", int(sys.argv[1], 0), int(sys.argv[2], 0)) + b"\0\xbf" * 4)' "$1" "$2" >"$3"
}
ends() { # END EXIT IMAGE ARGUMENT...: with a report
    local end=$1 status=$2 image=$3
    shift 3
    exits "$status" mcu "$image" --json "$tree/r.json" "$@" </dev/null &&
        json "$tree/r.json" "r['end'] == '$end'"
}
vectors 0x20001000 0x30000001 "$tree/nowhere.bin"
check "a reset vector that points nowhere: fault" ends fault 1 "$tree/nowhere.bin"
check "and the vector is named" says "pc 0x30000001: no code there" err
vectors 0x20001000 0x08000008 "$tree/arm.bin"
check "a reset vector without the Thumb bit: fault" ends fault 1 "$tree/arm.bin"
vectors 0x60000000 0x08000009 "$tree/stack.bin"
check "NOPs to the end of the code: fault" ends fault 1 "$tree/stack.bin"
check "a stack pointer outside of the RAM is named" says "stack pointer 0x5fffffe0 lies in no RAM" err
check "raw octets outside of the chip" refuses "outside of the memories of f401re: flash" \
    mcu "$tree/arm.bin" --base 0x60000000
check "--base for a HEX file" refuses "has its own addresses" mcu "$sources/loop.hex" --base 0
check "a HEX file runs to its limit" ends limit 1 "$sources/loop.hex" --max-cycles 10000
check "--max-cycles is kept" json "$tree/r.json" '10000 <= r["cycles"] < 10030' 'r["exit_code"] is None'
check "--max-time is kept" ends limit 1 "$sources/loop.hex" --max-time 1m
check "1 ms at 16 MHz" json "$tree/r.json" '15990 <= r["cycles"] <= 16010'

# --- images from sources -------------------------------------------------------------------
if ! has arm-none-eabi-gcc; then
    skip "images built from sources" "no arm-none-eabi-gcc (gcc-arm-none-eabi)"
    finish
fi
build() { # NAME SOURCE FLAG...
    local name=$1 source=$2
    shift 2
    arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -g -O1 -Wall -Wextra -std=gnu17 -ffreestanding -nostdlib \
        -I "$sources" -T "$sources/chip.ld" "$@" "$sources/start.S" "$sources/$source.c" -o "$tree/$name.elf"
}

check "hello over ITM: build" build itm hello_itm
check "hello over ITM: runs" ends semihosting 0 "$tree/itm.elf" --itm "$tree/itm.txt" --swo "$tree/swo"
printf 'Hello, ITM\n\xe9ab' >"$tree/want"
check "hello over ITM: stdout is the text and nothing else" cmp "$tree/want" "$tree/out"
check "hello over ITM: the file of --itm" cmp "$tree/want" "$tree/itm.txt"
check "hello over ITM: octets as code points" json "$tree/r.json" 'r["itm"] == "Hello, ITM\n\xe9ab"' \
    'r["exit_code"] == 0' 'r["faults"] == 0' 'r["unmodelled"] == []' 'r["chip"] == "f401re"' \
    'r["cycles"] > r["instructions"] > 100'
swo_octets() {
    printf '\1H\1e\1l\1l\1o\1,\1 \1I\1T\1M\1\n\1\xe9\2ab\x0b\x78\x56\x34\x12' | cmp - "$tree/swo"
}
check "hello over ITM: packets of the SWO stream" swo_octets
sigrok_reads() {
    python3 "$here/swo_uart.py" <"$tree/swo" >"$tree/samples" &&
        sigrok-cli -I binary:numchannels=1:samplerate=4000000 -i "$tree/samples" \
            -P uart:rx=0:baudrate=1000000,arm_itm:objdump= -A arm_itm >"$tree/sigrok" 2>&1 &&
        grep -q '0: "Hello, ITM' "$tree/sigrok" && grep -q '0: 0xe9' "$tree/sigrok" &&
        grep -q '0: 0x6261' "$tree/sigrok" && grep -q '1: 0x12345678' "$tree/sigrok"
}
if has sigrok-cli; then
    check "sigrok's ARM ITM decoder reads the SWO stream" sigrok_reads
else
    skip "sigrok's ARM ITM decoder reads the SWO stream" "no sigrok-cli"
fi

build semihost hello_semihost
semihosting() {
    printf 'input\n' | "$program" mcu "$tree/semihost.elf" -q >"$tree/out" 2>"$tree/err" &&
        printf 'out\nwrite0\nc\nsemihost.elf' | cmp - "$tree/out" && printf 'err\n' | cmp - "$tree/err"
}
check "every operation of semihosting" semihosting
build exit3 exit -DCODE=3
check "a program that ends with 3: exit 1" ends semihosting 1 "$tree/exit3.elf"
check "and its code in the report" json "$tree/r.json" 'r["exit_code"] == 3'
build plain exit_plain -DREASON=0x20026
check "SYS_EXIT, ApplicationExit: exit 0" ends semihosting 0 "$tree/plain.elf"
build plain exit_plain -DREASON=0x20023
check "SYS_EXIT, RunTimeError: exit 1" ends semihosting 1 "$tree/plain.elf"
build bkpt breakpoint
check "a BKPT: exit 1" ends breakpoint 1 "$tree/bkpt.elf"
check "and where" says "BKPT at 0x[0-9a-f]* in main (breakpoint.c:4)" err

wrong='0x[0-9a-f]* in go_wrong (fault.c:'
faults() { # WHAT CAUSE WHERE
    build fault fault -DWHAT="$1" && ends fault 1 "$tree/fault.elf" && says "$2" err &&
        says "HardFault at $3" err && says "  r0  0x" err &&
        json "$tree/r.json" 'r["faults"] >= 1'
}
check "an undefined instruction" faults 1 "CFSR.UNDEFINSTR: undefined instruction" "$wrong"
check "a read where nothing is" faults 2 "address 0x30000000 (BFAR)" "$wrong"
check "a branch to ARM state" faults 3 "CFSR.INVSTATE" 0x00000000
check "and where it came from" says "called from 0x[0-9a-f]* in main (fault.c:" err
check "a division by zero" faults 4 "CFSR.DIVBYZERO: division by zero" "$wrong"
build overflow overflow
check "the stack grows out of the RAM" ends fault 1 "$tree/overflow.elf"
check "and that is said" says "lies in no RAM: a stack overflow" err
check "and where" says "in deeper (overflow.c:" err

build unmodelled unmodelled -DADDRESS=0x40023000
check "what is not modelled: exit 3" ends unmodelled 3 "$tree/unmodelled.elf"
check "named with its place" says "not modelled: .*(0x40023000) written 0x00000001 at 0x[0-9a-f]* in touch (unmodelled.c:" err
check "and in the report" json "$tree/r.json" 'len(r["unmodelled"]) == 1' \
    'r["unmodelled"][0]["address"] == 0x40023000' '"touch" in r["unmodelled"][0]["where"]' 'r["itm"] == ""'
check "--no-strict goes on" ends semihosting 0 "$tree/unmodelled.elf" --no-strict
check "--no-strict counts" json "$tree/r.json" 'len(r["unmodelled"]) == 1' 'r["itm"] == "went on\n"'

build core_unmodelled unmodelled -DADDRESS=0xe000ed94
check "the core's own: MPU_CTRL" ends unmodelled 3 "$tree/core_unmodelled.elf"
build reset reset
check "a software reset" ends semihosting 0 "$tree/reset.elf"
check "ITM goes on behind it" json "$tree/r.json" 'r["itm"] == "once\nagain\n"'

build cyccnt cyccnt
check "a loop by CYCCNT" ends semihosting 0 "$tree/cyccnt.elf"
check "SUBS and a taken BNE: 3 cycles" says '^3$'
profiled() {
    exits 0 mcu "$tree/cyccnt.elf" --profile -q --json "$tree/r.json" && grep -Eq '^ +9[0-9]{3} +9[0-9.]+  rounds$' "$tree/out" &&
        grep -q ' main$' "$tree/out" &&
        json "$tree/r.json" "r['cycles'] == $(sed -n 's/^ *\([0-9]*\) .* total$/\1/p' "$tree/out")"
}
check "--profile: the cycles of a loop are its function's" profiled
interpreted() { # with its loops translated and not
    exits 0 mcu "$tree/cyccnt.elf" -q --json "$tree/r.json" &&
        LINKPULSE_TRANSLATE=0 exits 0 mcu "$tree/cyccnt.elf" -q --json "$tree/i.json" &&
        cmp "$tree/r.json" "$tree/i.json"
}
check "interpreted, the report is the same" interpreted
spins() { build spin spin && ends limit 1 "$tree/spin.elf" --max-time 10m && says "still running at .* in tick\|in main" err; }
check "a program without end: the limit" spins
both() { # the octets of an ELF, as HEX and raw, run the same
    for kind in ihex:hex binary:bin; do
        arm-none-eabi-objcopy -O ${kind%:*} "$tree/itm.elf" "$tree/itm.${kind#*:}" &&
            exits 0 mcu "$tree/itm.${kind#*:}" && cmp "$tree/want" "$tree/out" || return
    done
}
check "the same image as HEX and as BIN" both
check "linked for another chip" eval "arm-none-eabi-objcopy --change-section-address .text=0x60000000 \
    '$tree/itm.elf' '$tree/far.elf' 2>/dev/null; refuses 'outside of the memories of f401re' mcu '$tree/far.elf'"

newlib() { # a program of the C library, its own start, linked for RAM
    arm-none-eabi-gcc --specs=rdimon.specs -mcpu=cortex-m3 -mthumb -T "$sources/newlib.ld" \
        "$sources/newlib.c" -o "$tree/newlib.elf" || return
    printf 'a line\n' | "$program" mcu "$tree/newlib.elf" -q >"$tree/out" 2>"$tree/err"
    [ $? = 1 ] && printf 'newlib.elf: 42 words 999 0.333\nread a line\n1577836800\n' | cmp - "$tree/out" &&
        grep -qx 'to stderr' "$tree/err" && says "ended with 7" err
}
if [ -e "$(arm-none-eabi-gcc -print-file-name=rdimon.specs)" ]; then
    check "a program of newlib with librdimon" newlib
else
    skip "a program of newlib with librdimon" "no rdimon.specs (libnewlib-arm-none-eabi)"
fi

# --- GDB ---------------------------------------------------------------------------------------
if ! has gdb-multiarch; then
    skip "GDB" "no gdb-multiarch"
    finish
fi
serve() { # ARGUMENT...
    : >"$tree/served" # the ports of the server before are not this one's
    "$program" mcu --max-time 30 "$@" --gdb=0 --itm-port=0 >"$tree/out" 2>"$tree/served" </dev/null &
    server=$!
    told 'waiting for GDB'
}
gdb_session() {
    serve "$tree/spin.elf" && debug "$tree/spin.elf" <<'EOF' && over 1
info symbol $pc
print $sp == &stack_top
break main
continue
info registers pc xpsr msp
print ratio
set var counter = 41
print counter
hbreak tick
continue
backtrace
stepi
print/x *(unsigned char *)0xe000ed03
delete
watch counter
continue
continue
delete
rwatch counter
continue
delete
python
try:
    gdb.execute("print *(int *)0x60000000")
except gdb.error as error:
    print(error)
end
monitor reset
maintenance flush register-cache
info symbol $pc
kill
EOF
}
check "GDB: a session" gdb_session
check "GDB: halted at reset" gdb_says 'Reset_Handler in section \.text'
check "GDB: the stack pointer" gdb_says '\$1 = 1'
check "GDB: a breakpoint" gdb_says 'Breakpoint 1, main \(\)'
check "GDB: registers" gdb_says 'msp            0x2000'
check "GDB: memory" gdb_says '\$2 = 1\.5'
check "GDB: writing memory" gdb_says '\$3 = 41'
check "GDB: a hardware breakpoint" gdb_says 'Breakpoint 2, tick \(\)'
check "GDB: the caller" gdb_says '#1  0x'
check "GDB: a register of the core" gdb_says '\$4 = 0x41'
check "GDB: a watchpoint" gdb_says 'New value = 42'
check "GDB: and again" gdb_says 'New value = 43'
check "GDB: a read watchpoint" gdb_says 'Value = 43'
check "GDB: no memory there" gdb_says 'Cannot access memory at address 0x60000000'
check "GDB: monitor reset" eval "[ \$(grep -c 'Reset_Handler in section .text' '$tree/gdb') = 2 ]"
gdb_fpu() {
    build spin4 spin -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16 && serve "$tree/spin4.elf" &&
        debug "$tree/spin4.elf" <<'EOF' && over 1 && gdb_says '\$1 = 2\.5' && gdb_says '\$2 = 7' && gdb_says '\$3 = 2\.5'
set $s3 = 2.5
print $s3
set $d9 = 7
print $d9
print $s3
kill
EOF
}
check "GDB: floating-point registers" gdb_fpu
gdb_dma() {
    build dma dma && ends semihosting 0 "$tree/dma.elf" && serve "$tree/dma.elf" &&
        debug "$tree/dma.elf" <<'EOF' && over 0
break DMA2_Stream0_IRQHandler
continue
print $xpsr & 511
print to[3]
print/x *(unsigned *)0x40026400
backtrace
step
step
print done
continue
EOF
}
check "GDB: a session in a DMA interrupt" gdb_dma
check "GDB: a breakpoint there" gdb_says 'Breakpoint 1, DMA2_Stream0_IRQHandler \(\)'
check "GDB: the number of the exception" gdb_says '\$1 = 72'
check "GDB: what the DMA wrote" gdb_says '\$2 = 44'
check "GDB: a register of a block (TCIF0, HTIF0)" gdb_says '\$3 = 0x30'
check "GDB: the interrupted code" eval "gdb_says '<signal handler called>' && gdb_says '#2  main \(\) at'"
check "GDB: steps" gdb_says '\$4 = 1'
check "GDB: and the program ends" gdb_says 'exited normally'
gdb_exit() {
    serve "$tree/exit3.elf" && debug "$tree/exit3.elf" <<<continue && over 1 && gdb_says 'exited with code 03'
}
check "GDB: a program that ends" gdb_exit
gdb_fault() {
    serve "$tree/fault.elf" && debug "$tree/fault.elf" <<<$'continue\nkill' && over 1 &&
        gdb_says 'Program received signal SIGSEGV'
}
check "GDB: a fault stops" gdb_fault
gdb_detach() {
    serve "$tree/spin.elf" --max-time 20m && debug "$tree/spin.elf" <<<$'break main\ncontinue\ndetach' && over 1 &&
        grep -q "stopped at the limit" "$tree/served"
}
check "GDB: detach, and the program goes on" gdb_detach
gdb_bkpt() {
    serve "$tree/bkpt.elf" && debug "$tree/bkpt.elf" <<<$'continue\ncontinue' && over 0 && grep -q passed "$tree/out"
}
check "GDB: beyond a BKPT" gdb_bkpt
gdb_interrupt() { # its limit is for hours of this machine
    serve "$tree/spin.elf" --max-time 1e6 && debug "$tree/spin.elf" <<'EOF' && over 1 && gdb_says 'Program received signal SIGINT'
python import threading, os, signal
python threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
continue
print counter > 0
kill
EOF
}
check "GDB: Ctrl-C" gdb_interrupt
check "GDB: time ran meanwhile" gdb_says '\$1 = 1'
gdb_load() { # the image comes from GDB, over another one
    serve "$tree/spin.elf" && debug "$tree/exit3.elf" <<<$'load\nmonitor reset\nmaintenance flush register-cache\ncontinue' &&
        over 1 && gdb_says 'exited with code 03'
}
check "GDB: load" gdb_load
itm_on_tcp() {
    serve "$tree/itm.elf" || return
    exec 3<>"/dev/tcp/127.0.0.1/$(port 'ITM text')" || return
    debug "$tree/itm.elf" <<<continue
    over 0 && cat <&3 >"$tree/tcp"
    exec 3>&-
    cmp "$tree/want" "$tree/tcp"
}
check "ITM text on TCP" itm_on_tcp
port_taken() {
    serve "$tree/spin.elf" || return
    "$program" mcu "$tree/spin.elf" --gdb="$(port 'waiting for GDB')" >/dev/null 2>"$tree/err"
    local status=$?
    kill $server && wait $server
    [ $status = 4 ] && says "GDB cannot listen on 127.0.0.1:$(port 'waiting for GDB')" err
}
check "a port that is taken: exit 4" port_taken
finish
