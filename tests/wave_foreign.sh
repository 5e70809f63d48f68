#!/usr/bin/env bash
# Wave files that other programs write, as they write them here and now: what they hold.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/program.sh
. "$here/program.sh"
for argument in "$@"; do
    case $argument in --wave-dump=*) wave_dump=${argument#--wave-dump=} ;; esac
done
export TMPDIR=$tree
cd "$tree" || exit 1

dump() { "$wave_dump" "$@" 2>&1; }
holds() { # FILE: what standard input says of it
    cat >want
    dump "$1" >got
    diff -u want got
}
# Changes with their signals, in any order of these. An FST says x of what has no value yet, and
# 0 of reals; numbers of the MCU are reals in a VCD and vectors in an FST.
known() { awk '/^[^ ]/ { name = $0; next } !/^  0 (x*|0)$/ { print name $0 }' "$1" |
    grep -v '^\(cpu\|dma\)\.' | sort; }
same() { # FILE FILE [NAME...]
    local one=$1 other=$2
    shift 2
    dump "$one" "$@" >one && dump "$other" "$@" >other && [ "$(wc -l <one)" -ge 8 ] &&
        diff -u <(known <one) <(known <other) >difference || { head -n 20 difference; return 1; }
}

# --- Icarus Verilog ----------------------------------------------------------------------
cat >t.v <<'VERILOG'
`timescale 1ns/100ps
module t;
  reg clk = 0;
  reg [3:0] q;
  real v;
  integer n;
  event hit;
  task work;
    reg [7:0] local_value;
    begin local_value = 8'hzx; #1 local_value = 8'h5; end
  endtask
  initial begin
    $dumpfile("icarus.vcd");
    $dumpvars(0, t);
    v = 0.5; n = -2;
    #5.5 clk = 1; q = 4'b1x0z; -> hit;
    #2 clk = 0; q = 1; v = -1.25e-3;
    work;
    $dumpoff; #3 $dumpon;
    #0.5 clk = 1;
    #1 $finish;
  end
endmodule
VERILOG
icarus() {
    iverilog -o t.vvp t.v && vvp -n t.vvp >/dev/null && holds icarus.vcd <<'WAVES'
exponent -10 end 130
t.hit event 1
  0 !
  55 !
  115 !
t.clk bit 1
  0 0
  55 1
  75 0
  85 x
  115 0
  120 1
t.q[3:0] vector 4
  0 xxxx
  55 1x0z
  75 0001
  85 xxxx
  115 0001
t.n[31:0] vector 32
  0 11111111111111111111111111111110
  85 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  115 11111111111111111111111111111110
t.v real 64
  0 0.5
  75 -0.00125
  85 nan
  115 -0.00125
t.work.local_value[7:0] vector 8
  0 xxxxxxxx
  75 zzzzxxxx
  85 00000101
WAVES
}
icarus_fst() {
    sed 's/icarus.vcd/icarus.fst/; s/\$dumpoff; #3 \$dumpon;/#3;/' t.v >f.v
    sed 's/\$dumpoff; #3 \$dumpon;/#3;/' t.v >g.v
    iverilog -o f.vvp f.v && vvp -n f.vvp -fst >/dev/null && iverilog -o g.vvp g.v &&
        vvp -n g.vvp >/dev/null && same icarus.vcd icarus.fst t.clk 't.q[3:0]' t.v
}
if has iverilog; then
    check "Icarus: VCD" icarus
    check "Icarus: FST holds the same" icarus_fst
else
    skip "Icarus: VCD" "no iverilog"
fi

# --- GHDL ----------------------------------------------------------------------------------
cat >t.vhd <<'VHDL'
library ieee; use ieee.std_logic_1164.all;
entity t is end;
architecture a of t is
  signal clk : std_logic := '0';
  signal data : std_logic_vector(7 downto 0);
  signal n : integer := 3;
  signal r : real := 0.25;
begin
  process begin
    wait for 5 ns; clk <= '1'; data <= "ZHLW10-U"; n <= -1;
    wait for 5 ns; clk <= '0'; data <= "00000001"; r <= 1.5e3;
    wait for 1 fs; clk <= 'L';
    wait;
  end process;
end;
VHDL
ghdl_vcd() {
    ghdl -a t.vhd && ghdl -e t && ghdl -r t --vcd=ghdl.vcd --fst=ghdl.fst --wave=ghdl.ghw &&
        holds ghdl.vcd <<'WAVES'
exponent -15 end 10000001
t.clk bit 1
  0 0
  5000000 1
  10000000 0
  10000001 l
t.data[7:0] vector 8
  0 uuuuuuuu
  5000000 zhlw10-u
  10000000 00000001
t.n vector 32
  0 00000000000000000000000000000011
  5000000 11111111111111111111111111111111
t.r real 64
  0 0.25
  10000000 1500
WAVES
}
# What it writes there differs from its VCD (no scopes, no reals), so another reader says what.
ghdl_fst() { fst2vcd ghdl.fst >ghdl-fst.vcd && same ghdl.fst ghdl-fst.vcd; }
ghdl_ghw() { [ "$(dump ghdl.ghw | wc -l)" = 1 ] && dump ghdl.ghw | grep -q "neither a VCD nor an FST"; }
if has ghdl; then
    check "GHDL: VCD" ghdl_vcd
    if has fst2vcd; then
        check "GHDL: FST holds what fst2vcd finds in it" ghdl_fst
    else
        skip "GHDL: FST holds what fst2vcd finds in it" "no fst2vcd (gtkwave)"
    fi
    check "GHDL: its own GHW is refused in one line" ghdl_ghw
else
    skip "GHDL: VCD" "no ghdl"
fi

# --- this program, Verilator, sigrok ---------------------------------------------------------
one=$captures/$(ls "$captures" | grep '\.pcap$' | head -n 1)
ours() { exits 0 run -q --vcd ours.vcd --fst ours.fst --no-host "$captures/dns.pcap" && same ours.vcd ours.fst; }
check "linkpulse: FST holds the same as VCD" ours
line() { [ "$(dump ours.vcd line.line | wc -l)" -gt 1000 ]; }
check "linkpulse: the line is in it" line
packed() { gzip -k ours.vcd ours.fst && same ours.vcd ours.vcd.gz && same ours.fst ours.fst.gz; }
check "gzip of either" packed

if has verilator; then
    rtl() { exits 0 run -q --engine rtl --vcd rtl.vcd --no-host "$captures/dns.pcap" && [ "$(dump rtl.vcd | wc -l)" -gt 1000 ]; }
    check "Verilator: the rtl engine's waves" rtl
else
    skip "Verilator: the rtl engine's waves" "no verilator"
fi
sigrok() { # its own writing of a VCD keeps the edges, in its ticks
    printf '$timescale 1 us $end\n$scope module m $end\n$var wire 1 ! D0 $end\n$var wire 1 " D1 $end\n$upscope $end\n$enddefinitions $end\n#0\n0!\n1"\n#3\n1!\n#5\n0"\n#9\n0!\n#12\n1"\n#14\n' >s.vcd
    sigrok-cli -I vcd -i s.vcd -O vcd -o sigrok.vcd && dump sigrok.vcd >got &&
        grep -q 'D0 bit 1' got && [ "$(dump sigrok.vcd | grep -c '^  ')" = 6 ]
}
if has sigrok-cli; then
    check "sigrok: VCD" sigrok
else
    skip "sigrok: VCD" "no sigrok-cli"
fi

# --- what is no wave file ----------------------------------------------------------------------
refused() { # FILE
    dump "$1" >said
    [ $? = 2 ] && [ "$(wc -l <said)" = 1 ]
}
check "a capture is refused in one line" refused "$one"
check "a program is refused in one line" refused "$program"
check "a folder is refused in one line" refused .
finish
