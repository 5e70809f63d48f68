// Drives an exported top as rtl/verilate.cc does, for Icarus Verilog: `now` goes from due to due,
// inputs come from a file of lines "TIME WHAT LEVEL" (WHAT 0: the line, 1: bit 0 of mcu, ...), and
// every edge of a probe is printed as "TIME BIT LEVEL". Times are in ticks from power-up.
//
// LAST_PROBE: the highest bit of the top's `probe`.
// +inputs=FILE +scale=PPM +idle=0|1|2 +end=TIME
`default_nettype none
module icarus;
    reg                clk = 0, configure = 0;
    reg  signed [63:0] scale_ppm, now = 0, idle_wide, end_time, at;
    reg          [1:0] line = 2, idle;
    reg         [31:0] mcu = 0;
    wire signed [63:0] due;
    wire [`LAST_PROBE:0] probe;
    board top (.clk(clk), .configure(configure), .scale_ppm(scale_ppm), .now(now), .line(line),
        .idle(idle), .seed(64'd0), .mcu(mcu), .due(due), .probe(probe), .doubts(), .counts());

    reg [`LAST_PROBE:0] seen = 0;
    integer     bit_, file, what, level, steps = 0;
    reg [8*1024-1:0] name;

    task step(input signed [63:0] t);
        begin
            now = t;
            #1 clk = 1;
            #1 clk = 0;
            #1 steps = steps + 1;
            if (probe != seen)
                for (bit_ = 0; bit_ <= `LAST_PROBE; bit_ = bit_ + 1)
                    if (probe[bit_] != seen[bit_])
                        $display("%0d %0d %0d", t, bit_, probe[bit_]);
            seen = probe;
        end
    endtask

    task run_until(input signed [63:0] t);
        while (due < t) step(due);
    endtask

    initial begin
        if (!$value$plusargs("scale=%d", scale_ppm) || !$value$plusargs("idle=%d", idle_wide) ||
            !$value$plusargs("end=%d", end_time) || !$value$plusargs("inputs=%s", name))
            $finish;
        idle = idle_wide[1:0];
        file = $fopen(name, "r");
        #1 configure = 1;
        #1;
        while ($fscanf(file, "%d %d %d", at, what, level) == 3) begin
            run_until(at);
            step(at);
            if (what == 0) line = level[1:0];
            else mcu[what - 1] = level[0];
            step(at);
        end
        run_until(end_time);
        $display("steps %0d", steps);
        $finish;
    end
endmodule
