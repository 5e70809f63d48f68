// An input that listens to an analog net: high from VT+ on, low from VT- on. When the
// voltage will pass is worked out anew at each start of the net's exponential.
`default_nettype none
module threshold #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] VT_PLUS_UV = 0,
    parameter signed [63:0] VT_MINUS_UV = 0
) (
    input  wire               clk,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire signed [63:0] volt,
    input  wire signed [63:0] at,
    input  wire signed [63:0] toward,
    input  wire signed [63:0] tau,
    input  wire               stamp,
    input  wire               ready,
    output reg                out,
    output wire signed [63:0] due
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;
    localparam signed [63:0] PLUS = VT_PLUS_UV * 1000;
    localparam signed [63:0] MINUS = VT_MINUS_UV * 1000;

    `include "exponential.vh"

    reg               stamp_seen, out_seen, lost;
    reg signed [63:0] crossing_seen;

    // From `from` (before the level) towards `to` (beyond it): ps.
    function signed [63:0] passage(input signed [63:0] from, input signed [63:0] to,
                                   input signed [63:0] level, input signed [63:0] constant);
        begin
            passage = logarithm(quotient(to - from, to - level));
            if (constant < 64'sd2147483648) passage = constant * passage >>> 28;
            else passage = (constant >>> 8) * passage >>> 20;
        end
    endfunction

    // Everything it depends on is an argument: `always @*` does not look into functions.
    function signed [63:0] crossing(input high, input signed [63:0] v, input signed [63:0] start,
                                    input signed [63:0] to, input signed [63:0] constant,
                                    input signed [63:0] present);
        reg signed [63:0] level;
        reg beyond, ahead;
        begin
            level = high ? MINUS : PLUS;
            beyond = high ? v <= level : v >= level;
            ahead = high ? to < level : to > level;
            if (beyond) crossing = ahead || start == present ? present : NEVER;
            else if (ahead)
                crossing = start + (passage(v, to, level, constant) + TICK_PS / 2) / TICK_PS;
            else crossing = NEVER;
        end
    endfunction

    wire known = !lost && stamp == stamp_seen && out == out_seen;
    reg signed [63:0] found;
    always @* begin
        found = crossing_seen;
        if (!known && ready) found = crossing(out, volt, at, toward, tau, last);
    end
    assign due = !ready ? NEVER : found < last ? last : found;

    initial begin
        {out, out_seen, stamp_seen, lost} = 4'b0011;
        crossing_seen = NEVER;
    end
    always @(posedge clk) begin
        {stamp_seen, out_seen, lost} <= {stamp, out, ~ready};
        crossing_seen <= found;
        if (due == now) out <= ~out;
    end
endmodule
