// 74HC4538: one of two retriggerable monostables. A rising A with B_n high, or a falling
// B_n with A low, starts the pulse or starts it anew; reset ends it.
// LENGTH_PS is k R C of its resistor and capacitor.
`default_nettype none
module hc4538 #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] LENGTH_PS = 0,
    parameter signed [63:0] TPD_TRIG_PS = 0,
    parameter signed [63:0] TPD_RESET_PS = 0,
    parameter signed [63:0] R_UP_MOHM = 0,
    parameter signed [63:0] R_DOWN_MOHM = 0,
    parameter signed [63:0] LOAD_FF = 0,
    parameter signed [63:0] LOAD_N_FF = 0
) (
    input  wire               clk,
    input  wire               configure,
    input  wire signed [63:0] scale_ppm,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire               a,
    input  wire               b_n,
    input  wire               r_n,
    output wire               q,
    output wire               q_n,
    output wire signed [63:0] due,
    output wire        [31:0] swallowed,
    output wire        [31:0] swallowed_n
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;
    localparam signed [63:0] LENGTH = (LENGTH_PS + TICK_PS / 2) / TICK_PS;

    reg               running, a_was, b_was, in_reset;
    reg signed [63:0] ends;
    wire trigger = r_n & ((a & ~a_was & b_n) | (~b_n & b_was & ~a));
    wire signed [63:0] end_at = trigger ? last + LENGTH : ends;
    wire active = r_n & (trigger | running);
    wire way_reset = ~r_n | (in_reset & ~trigger);

    initial begin
        {running, a_was, b_was, in_reset} = 4'b0001;
        ends = 0;
    end
    always @(posedge clk) begin
        {a_was, b_was} <= {a, b_n};
        running <= active & end_at != now;
        ends <= end_at;
        in_reset <= way_reset;
    end

    wire signed [63:0] trig_r, trig_f, reset_r, reset_f, n_trig_r, n_trig_f, n_reset_r, n_reset_f;
    delay_law #(TICK_PS, TPD_TRIG_PS, R_UP_MOHM, LOAD_FF) law_tr (configure, scale_ppm, trig_r);
    delay_law #(TICK_PS, TPD_TRIG_PS, R_DOWN_MOHM, LOAD_FF) law_tf (configure, scale_ppm, trig_f);
    delay_law #(TICK_PS, TPD_RESET_PS, R_UP_MOHM, LOAD_FF) law_rr (configure, scale_ppm, reset_r);
    delay_law #(TICK_PS, TPD_RESET_PS, R_DOWN_MOHM, LOAD_FF) law_rf (configure, scale_ppm, reset_f);
    delay_law #(TICK_PS, TPD_TRIG_PS, R_UP_MOHM, LOAD_N_FF) law_ntr (configure, scale_ppm, n_trig_r);
    delay_law #(TICK_PS, TPD_TRIG_PS, R_DOWN_MOHM, LOAD_N_FF) law_ntf (configure, scale_ppm, n_trig_f);
    delay_law #(TICK_PS, TPD_RESET_PS, R_UP_MOHM, LOAD_N_FF) law_nrr (configure, scale_ppm, n_reset_r);
    delay_law #(TICK_PS, TPD_RESET_PS, R_DOWN_MOHM, LOAD_N_FF) law_nrf (configure, scale_ppm, n_reset_f);

    wire signed [63:0] due_q, due_q_n, due_pulse;
    inertial stage (clk, last, now, way_reset ? reset_r : trig_r, way_reset ? reset_f : trig_f,
                    active, q, due_q, swallowed);
    inertial stage_n (clk, last, now, way_reset ? n_reset_r : n_trig_r,
                      way_reset ? n_reset_f : n_trig_f, ~active, q_n, due_q_n, swallowed_n);
    assign due_pulse = active ? end_at : NEVER;
    wire signed [63:0] due_out = due_q < due_q_n ? due_q : due_q_n;
    assign due = due_out < due_pulse ? due_out : due_pulse;
endmodule
