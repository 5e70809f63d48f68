// 74HC08: one of four two-input AND gates.
`default_nettype none
module hc08 #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] TPLH_PS = 0,
    parameter signed [63:0] TPHL_PS = 0,
    parameter signed [63:0] R_UP_MOHM = 0,
    parameter signed [63:0] R_DOWN_MOHM = 0,
    parameter signed [63:0] LOAD_FF = 0
) (
    input  wire               clk,
    input  wire               configure,
    input  wire signed [63:0] scale_ppm,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire               a,
    input  wire               b,
    output wire               y,
    output wire signed [63:0] due,
    output wire        [31:0] swallowed
);
    wire signed [63:0] rise, fall;
    delay_law #(TICK_PS, TPLH_PS, R_UP_MOHM, LOAD_FF) law_rise (configure, scale_ppm, rise);
    delay_law #(TICK_PS, TPHL_PS, R_DOWN_MOHM, LOAD_FF) law_fall (configure, scale_ppm, fall);
    inertial stage (clk, last, now, rise, fall, a & b, y, due, swallowed);
endmodule
