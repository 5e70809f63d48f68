// 74HC74: one of two D flip-flops, positive edge, with asynchronous set and reset.
//
// Function table: reset low gives Q = 0, set low Q = 1, both low Q = Q_n = 1; otherwise a
// rising clock takes D as it stood tSU before. D that changes between tSU before the clock
// and tH after it leaves the result open: the old level is taken and `doubts` counts. So do
// clock pulses below tW, resets shorter than theirs, and a clock within tREC after a reset.
`default_nettype none
module hc74 #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] TPD_CLK_PS = 0,
    parameter signed [63:0] TPD_SET_PS = 0,
    parameter signed [63:0] TSU_PS = 0,
    parameter signed [63:0] TH_PS = 0,        // may be negative
    parameter signed [63:0] TREC_PS = 0,
    parameter signed [63:0] TW_CLK_PS = 0,
    parameter signed [63:0] TW_SET_PS = 0,
    parameter signed [63:0] R_UP_MOHM = 0,
    parameter signed [63:0] R_DOWN_MOHM = 0,
    parameter signed [63:0] LOAD_FF = 0,      // of Q
    parameter signed [63:0] LOAD_N_FF = 0     // of Q_n
) (
    input  wire               clk,
    input  wire               configure,
    input  wire signed [63:0] scale_ppm,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire               cp,
    input  wire               d,
    input  wire               rd_n,
    input  wire               sd_n,
    output wire               q,
    output wire               q_n,
    output wire signed [63:0] due,
    output wire        [31:0] swallowed,
    output wire        [31:0] swallowed_n,
    output reg         [31:0] doubts,
    output reg         [31:0] setups,         // of the windows, each by itself
    output reg         [31:0] holds,
    output reg         [31:0] recoveries,
    output reg         [31:0] clock_widths,
    output reg         [31:0] set_widths
);
    localparam signed [63:0] LONG_AGO = -64'sd1_000_000_000_000;

    reg               state, by_set, cp_was, d_was, rd_was, sd_was;
    reg signed [63:0] d_at, rose_at, fell_at, released_at, asserted_at;

    // What is new since the edge at `last`.
    wire free = rd_n & sd_n;
    wire was_free = rd_was & sd_was;
    wire rose = cp & ~cp_was;
    wire fell = ~cp & cp_was;
    wire d_new = d != d_was;
    wire released = free & ~was_free;
    wire forces = ~free;

    wire signed [63:0] d_age = (d_new ? 0 : last - d_at) * TICK_PS;
    wire signed [63:0] recovery = (released ? 0 : last - released_at) * TICK_PS;
    wire sees_new = d_age >= TSU_PS;
    wire d_sampled = sees_new ? d : ~d;
    wire next = ~rd_n ? 1'b0 : ~sd_n ? 1'b1 : rose ? d_sampled : state;
    wire set_way = forces | (by_set & ~rose);

    wire open_window = rose & ~sees_new & d_age > -TH_PS;
    wire late_data = d_new & ~rose & (last - rose_at) * TICK_PS < TH_PS;
    wire narrow = (rose & (last - fell_at) * TICK_PS < TW_CLK_PS) |
                  (fell & (last - rose_at) * TICK_PS < TW_CLK_PS);
    wire early = rose & recovery < TREC_PS;
    wire short_reset = released & (last - asserted_at) * TICK_PS < TW_SET_PS;
    wire doubt = (free & (open_window | late_data | narrow | early)) | short_reset;

    initial begin
        {state, by_set, cp_was, d_was, rd_was, sd_was} = 6'b010000;
        d_at = LONG_AGO;
        rose_at = LONG_AGO;
        fell_at = LONG_AGO;
        released_at = LONG_AGO;
        asserted_at = LONG_AGO;
        {doubts, setups, holds, recoveries, clock_widths, set_widths} = 192'd0;
    end
    always @(posedge clk) begin
        state <= next;
        by_set <= set_way;
        {cp_was, d_was, rd_was, sd_was} <= {cp, d, rd_n, sd_n};
        if (d_new) d_at <= last;
        if (rose) rose_at <= last;
        if (fell) fell_at <= last;
        if (released) released_at <= last;
        if (was_free & ~free) asserted_at <= last;
        if (doubt) doubts <= doubts + 1;
        if (free & open_window) setups <= setups + 1;
        if (free & late_data) holds <= holds + 1;
        if (free & early) recoveries <= recoveries + 1;
        if (free & narrow) clock_widths <= clock_widths + 1;
        if (short_reset) set_widths <= set_widths + 1;
    end

    wire both = ~rd_n & ~sd_n;
    wire signed [63:0] clk_r, clk_f, set_r, set_f, n_clk_r, n_clk_f, n_set_r, n_set_f;
    delay_law #(TICK_PS, TPD_CLK_PS, R_UP_MOHM, LOAD_FF) law_cr (configure, scale_ppm, clk_r);
    delay_law #(TICK_PS, TPD_CLK_PS, R_DOWN_MOHM, LOAD_FF) law_cf (configure, scale_ppm, clk_f);
    delay_law #(TICK_PS, TPD_SET_PS, R_UP_MOHM, LOAD_FF) law_sr (configure, scale_ppm, set_r);
    delay_law #(TICK_PS, TPD_SET_PS, R_DOWN_MOHM, LOAD_FF) law_sf (configure, scale_ppm, set_f);
    delay_law #(TICK_PS, TPD_CLK_PS, R_UP_MOHM, LOAD_N_FF) law_ncr (configure, scale_ppm, n_clk_r);
    delay_law #(TICK_PS, TPD_CLK_PS, R_DOWN_MOHM, LOAD_N_FF) law_ncf (configure, scale_ppm, n_clk_f);
    delay_law #(TICK_PS, TPD_SET_PS, R_UP_MOHM, LOAD_N_FF) law_nsr (configure, scale_ppm, n_set_r);
    delay_law #(TICK_PS, TPD_SET_PS, R_DOWN_MOHM, LOAD_N_FF) law_nsf (configure, scale_ppm, n_set_f);

    wire signed [63:0] due_q, due_q_n;
    inertial stage (clk, last, now, set_way ? set_r : clk_r, set_way ? set_f : clk_f,
                    both | next, q, due_q, swallowed);
    inertial stage_n (clk, last, now, set_way ? n_set_r : n_clk_r, set_way ? n_set_f : n_clk_f,
                      both | ~next, q_n, due_q_n, swallowed_n);
    assign due = due_q < due_q_n ? due_q : due_q_n;
endmodule
