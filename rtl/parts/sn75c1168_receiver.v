// SN75C1168: one of two differential line receivers. `line` is what its thresholds make of
// the pair: 0, 1, or 2 between them, where the output is undefined and goes as the board
// says in `idle`: 0 low, 1 high, 2 as it was.
`default_nettype none
module sn75c1168_receiver #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] TPLH_PS = 0,
    parameter signed [63:0] TPHL_PS = 0,
    parameter signed [63:0] R_UP_MOHM = 0,
    parameter signed [63:0] R_DOWN_MOHM = 0,
    parameter signed [63:0] LOAD_FF = 0,
    parameter               CROSSED = 0    // A on the pair's negative wire
) (
    input  wire               clk,
    input  wire               configure,
    input  wire signed [63:0] scale_ppm,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire         [1:0] line,
    input  wire         [1:0] idle,
    output wire               r,
    output wire signed [63:0] due
);
    reg held;
    wire level = !line[1] ? line[0] ^ (CROSSED != 0) : idle[1] ? held : idle[0];

    initial held = 0;
    always @(posedge clk) held <= level;

    wire signed [63:0] rise, fall;
    delay_law #(TICK_PS, TPLH_PS, R_UP_MOHM, LOAD_FF) law_rise (configure, scale_ppm, rise);
    delay_law #(TICK_PS, TPHL_PS, R_DOWN_MOHM, LOAD_FF) law_fall (configure, scale_ppm, fall);
    inertial stage (clk, last, now, rise, fall, level, r, due);
endmodule
