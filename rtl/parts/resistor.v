// A resistor from an analog net to a rail or to an output, with that output's resistance
// in series: what it contributes to the net's conductance (pS) and current (fA).
`default_nettype none
module resistor #(
    parameter signed [63:0] MOHM = 1,
    parameter signed [63:0] R_UP_MOHM = 0,   // of the output at the far end; 0 for a rail
    parameter signed [63:0] R_DOWN_MOHM = 0,
    parameter signed [63:0] VCC_MV = 5000
) (
    input  wire               level,
    output wire signed [63:0] siemens,
    output wire signed [63:0] ampere
);
    localparam signed [63:0] UP = 64'sd1_000_000_000_000_000 / (MOHM + R_UP_MOHM);
    localparam signed [63:0] DOWN = 64'sd1_000_000_000_000_000 / (MOHM + R_DOWN_MOHM);
    assign siemens = level ? UP : DOWN;
    assign ampere = level ? UP * VCC_MV : 0;
endmodule
