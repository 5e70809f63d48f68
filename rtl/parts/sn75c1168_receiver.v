// SN75C1168: one of two differential line receivers. `line` is what its thresholds make of
// the pair: 0, 1, or 2 between them, where the output is undefined and goes as the board
// says in `idle`: 0 low, 1 high, 2 as it was, 3 noise: it toggles at intervals of 20 to
// 500 ns drawn from `seed` (a receiver without fail-safe that hears nothing but itself; the
// range is an assumption).
`default_nettype none
module sn75c1168_receiver #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] TPLH_PS = 0,
    parameter signed [63:0] TPHL_PS = 0,
    parameter signed [63:0] R_UP_MOHM = 0,
    parameter signed [63:0] R_DOWN_MOHM = 0,
    parameter signed [63:0] LOAD_FF = 0,
    parameter        [63:0] SALT = 0,      // so that two receivers have two noises
    parameter               CROSSED = 0    // A on the pair's negative wire
) (
    input  wire               clk,
    input  wire               configure,
    input  wire signed [63:0] scale_ppm,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire         [1:0] line,
    input  wire         [1:0] idle,
    input  wire        [63:0] seed,
    output wire               r,
    output wire signed [63:0] due,
    output wire        [31:0] swallowed
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;

    // Xorshift (Marsaglia 2003, 13-7-17), which stays at 0 and so starts elsewhere.
    function [63:0] next_dice(input [63:0] from);
        reg [63:0] x;
        begin
            x = from ^ (from << 13);
            x = x ^ (x >> 7);
            next_dice = x ^ (x << 17);
        end
    endfunction

    reg               held, noise_on;
    reg        [63:0] dice;
    reg signed [63:0] flip_at;
    wire noisy = line[1] & idle == 2'd3;
    wire flips = noisy & noise_on & flip_at == last;
    wire throws = noisy & (~noise_on | flips);
    wire [63:0] thrown = next_dice(dice == 0 ? (seed * 64'h9e37_79b9_7f4a_7c15 ^ SALT) | 1 : dice);
    wire signed [63:0] interval = (20000 + ({48'd0, thrown[55:40]} * 480000 >> 16)) / TICK_PS;
    wire level = !line[1] ? line[0] ^ (CROSSED != 0) : idle[1] ? held ^ flips : idle[0];

    initial begin
        {held, noise_on} = 2'b00;
        dice = 0;
        flip_at = 0;
    end
    always @(posedge clk) begin
        held <= level;
        noise_on <= noisy;
        if (throws) begin
            dice <= thrown;
            flip_at <= last + interval;
        end
    end

    wire signed [63:0] rise, fall, due_r;
    delay_law #(TICK_PS, TPLH_PS, R_UP_MOHM, LOAD_FF) law_rise (configure, scale_ppm, rise);
    delay_law #(TICK_PS, TPHL_PS, R_DOWN_MOHM, LOAD_FF) law_fall (configure, scale_ppm, fall);
    inertial stage (clk, last, now, rise, fall, level, r, due_r, swallowed);
    wire signed [63:0] due_noise = throws ? last : noisy ? flip_at : NEVER;
    assign due = due_r < due_noise ? due_r : due_noise;
endmodule
