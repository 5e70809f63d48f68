// SN75C1168: one of two differential line drivers. Y = D and Z = ~D while enabled; disabled,
// both are shown as 0: no difference, no signal. A change of D takes tpd, one of DE ten or
// tdis. The line hangs on the outputs through the transformer, so no load is added.
`default_nettype none
module sn75c1168_driver #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] TPD_PS = 0,
    parameter signed [63:0] TEN_PS = 0,
    parameter signed [63:0] TDIS_PS = 0
) (
    input  wire               clk,
    input  wire               configure,
    input  wire signed [63:0] scale_ppm,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire               d,
    input  wire               de,
    output wire               y,
    output wire               z,
    output wire signed [63:0] due,
    output wire        [31:0] swallowed_y,
    output wire        [31:0] swallowed_z
);
    reg  de_was, by_enable, d_was;
    wire enable_way = de != de_was | (by_enable & d == d_was);

    initial {de_was, by_enable, d_was} = 3'b010;
    always @(posedge clk) {de_was, by_enable, d_was} <= {de, enable_way, d};

    wire signed [63:0] data, on, off;
    delay_law #(TICK_PS, TPD_PS, 0, 0) law_data (configure, scale_ppm, data);
    delay_law #(TICK_PS, TEN_PS, 0, 0) law_on (configure, scale_ppm, on);
    delay_law #(TICK_PS, TDIS_PS, 0, 0) law_off (configure, scale_ppm, off);
    wire signed [63:0] rise = enable_way ? on : data;
    wire signed [63:0] fall = enable_way ? off : data;
    wire signed [63:0] due_y, due_z;
    inertial stage_y (clk, last, now, rise, fall, d & de, y, due_y, swallowed_y);
    inertial stage_z (clk, last, now, rise, fall, ~d & de, z, due_z, swallowed_z);
    assign due = due_y < due_z ? due_y : due_z;
endmodule
