// 2N7002: an N-channel FET whose source is on ground, as a conductance of its drain's net.
//
// The gate's level on the board is a voltage here: at the moment the level changes the
// driver has brought the gate half way, and goes on with the time constant of its
// resistance and the net's capacitance. Each step the channel's conductance follows from
// gate and drain voltage by the square law, and CRSS carries what the gate moves into the
// drain. Between VGS(th) and 0 V nothing conducts, and the rest of that charge comes at once.
// A gate that has passed nine tenths of the supply, or has emptied the drain, is taken as
// fully on. What the gate did to the drain on the first half of its way down, before its
// level changed, is made up for at that moment.
//
// Voltages in nV, conductance in pS.
`default_nettype none
module fet_2n7002 #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] STEP_PS = 250,
    parameter signed [63:0] VCC_MV = 5000,
    parameter signed [63:0] VGS_TH_UV = 2000000,
    parameter signed [63:0] RDS_ON_MOHM = 5000,  // at VGS = VCC
    parameter signed [63:0] CRSS_FF = 0,
    parameter signed [63:0] R_UP_MOHM = 0,       // of what drives the gate
    parameter signed [63:0] R_DOWN_MOHM = 0,
    parameter signed [63:0] GATE_FF = 0,         // of the gate's net
    parameter signed [63:0] DRAIN_FF = 1         // of the drain's net
) (
    input  wire               clk,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire               gate,
    input  wire signed [63:0] drain,             // nV
    input  wire signed [63:0] ampere,            // that flows into the drain's net, fA
    output reg                moving,
    output reg  signed [63:0] siemens,
    output reg  signed [63:0] kick,
    output wire signed [63:0] due
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;
    localparam signed [63:0] STEP = STEP_PS > TICK_PS ? STEP_PS / TICK_PS : 1;
    localparam signed [63:0] VCC = VCC_MV * 1_000_000;
    localparam signed [63:0] VTH = VGS_TH_UV * 1000;
    localparam signed [63:0] ON_PS = 64'sd1_000_000_000_000_000 / RDS_ON_MOHM;
    // Conductance per volt of overdrive.
    localparam signed [63:0] K = ON_PS * 1000 / (VCC_MV - VGS_TH_UV / 1000);
    localparam signed [63:0] TAU_UP_PS = R_UP_MOHM * GATE_FF / 1_000_000 + 1;
    localparam signed [63:0] TAU_DOWN_PS = R_DOWN_MOHM * GATE_FF / 1_000_000 + 1;

    `include "exponential.vh"

    // What a step leaves of the gate's way.
    localparam signed [63:0] KEEP_UP = decay(quotient(STEP * TICK_PS, TAU_UP_PS));
    localparam signed [63:0] KEEP_DOWN = decay(quotient(STEP * TICK_PS, TAU_DOWN_PS));

    reg               gate_was;
    reg signed [63:0] gate_volt, next_step;
    wire turns = gate != gate_was;
    wire signed [63:0] moved = gate ? VCC - ((VCC - gate_volt) * KEEP_UP >>> 30)
                                    : gate_volt * KEEP_DOWN >>> 30;
    wire emptied = drain < VCC / 64 && moved > VTH + VCC / 8;
    wire done = gate ? emptied || moved > VCC - VCC / 10 : moved <= VTH;
    assign due = turns ? last : moving ? next_step : NEVER;

    // Square law: triode below the overdrive, saturated above it. The halves are of K in
    // pS per volt and of voltages in uV.
    function signed [63:0] channel(input signed [63:0] over, input signed [63:0] across);
        if (over <= 0) channel = 0;
        else if (across < over) channel = K * ((over - across / 2) / 1000) / 1_000_000;
        else channel = K * (over / 1000) / 2_000_000 * (over / 1000) / (across / 1000);
    endfunction
    always @* begin
        siemens = gate_was ? ON_PS : 0;
        if (moving) siemens = channel(gate_volt - VTH, drain);
    end

    function signed [63:0] coupled(input signed [63:0] by);
        coupled = by / 1000 * CRSS_FF / DRAIN_FF * 1000;
    endfunction

    // The drain when a gate that comes down from VCC is half way, above where it was: the
    // current into the net, CRSS and the closing channel, in 16 implicit steps.
    localparam signed [63:0] SLICE_FS = TAU_DOWN_PS * 693 / 16;
    localparam signed [63:0] SLICE_KEEP = 64'sd1028218694; // 2^30 2^(-1/16)
    function signed [63:0] sag(input signed [63:0] current);
        reg signed [63:0] v, vg, fall, conductance, start;
        integer i;
        begin
            start = current * 1000 / ON_PS * 1000;
            v = start;
            vg = VCC;
            for (i = 0; i < 16; i = i + 1) begin
                fall = vg - (vg * SLICE_KEEP >>> 30);
                vg = vg - fall;
                conductance = vg > VTH ? K * ((vg - VTH) / 1000) / 1_000_000 : 0;
                v = v + current / 1000 * SLICE_FS / DRAIN_FF / 1000 - coupled(fall);
                v = v * 1_000_000 / (1_000_000 + conductance / 1_000_000 * SLICE_FS / DRAIN_FF);
            end
            sag = v - start;
        end
    endfunction

    initial begin
        {gate_was, moving} = 2'b00;
        gate_volt = 0;
        next_step = 0;
        kick = 0;
    end
    always @(posedge clk) begin
        gate_was <= gate;
        kick <= 0;
        if (turns) begin
            moving <= 1;
            gate_volt <= VCC / 2;
            next_step <= last + STEP;
            kick <= gate ? coupled(VCC / 2) : sag(ampere);
        end else if (moving && next_step == now) begin
            moving <= ~done;
            gate_volt <= moved;
            next_step <= now + STEP;
            kick <= coupled(done && !gate ? -gate_volt : moved - gate_volt);
        end
    end
endmodule
