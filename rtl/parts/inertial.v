// An output that follows `target` after its delay, and swallows what is shorter: when the
// target returns before the delay is over, nothing happens.
//
// Times are in ticks. `last` is the time of the clock edge before this moment, `now` that
// of the next; the driver of the clock never lets it pass a part's `due`. A clock with one
// edge per tick does so by itself; one that goes from due to due skips what is in between.
`default_nettype none
module inertial (
    input  wire               clk,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire signed [63:0] rise,    // delay towards 1
    input  wire signed [63:0] fall,
    input  wire               target,
    output reg                out,
    output wire signed [63:0] due,     // of the change under way, or NEVER
    output reg         [31:0] swallowed
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;

    reg               under_way;
    reg signed [63:0] at;
    wire              moves = target != out;
    assign due = !moves ? NEVER : under_way ? at : last + (target ? rise : fall);

    initial begin
        out = 0;
        under_way = 0;
        at = 0;
        swallowed = 0;
    end
    always @(posedge clk)
        if (moves) begin
            under_way <= due != now;
            at <= due;
            if (due == now) out <= target;
        end else begin
            under_way <= 0;
            if (under_way) swallowed <= swallowed + 1;
        end
endmodule
