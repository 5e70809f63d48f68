// Propagation delay of an output: the datasheet's unloaded typical figure, scaled as the
// board says, plus the time in which the output's resistance brings the capacitance of its
// net to half the supply, R C ln 2.
//
// The result is in ticks of TICK_PS picoseconds, at least one. It is worked out when
// `configure` rises and stays: a run has one scale.
`default_nettype none
module delay_law #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] TYP_PS = 0,    // unloaded, scale 1
    parameter signed [63:0] DRIVE_MOHM = 0,
    parameter signed [63:0] LOAD_FF = 0
) (
    input  wire               configure,
    input  wire signed [63:0] scale_ppm,   // 1000000: the datasheet's
    output reg  signed [63:0] ticks
);
    // milliohm x femtofarad is 1e-18 s; ln 2 = 0.693.
    localparam signed [63:0] LOAD_PS = (DRIVE_MOHM * LOAD_FF * 693 + 500000000) / 1000000000;
    wire signed [63:0] scaled_ps = (TYP_PS * scale_ppm + 500000) / 1000000 + LOAD_PS;
    wire signed [63:0] whole = (scaled_ps + TICK_PS / 2) / TICK_PS;

    initial ticks = 1;
    always @(posedge configure) ticks <= whole > 0 ? whole : 1;
endmodule
