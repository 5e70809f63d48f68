// 2N7002 whose gate is on an analog net, source on ground: a conductance of its drain's net
// that follows the gate's voltage, in steps of a small part of the gate net's time constant.
// While the gate moves the channel obeys the square law (saturated above the overdrive); at
// rest it is what it is at a small drain voltage. The gate's capacitance is part of its net;
// CRSS, whose charge a slow gate spreads over its whole way, is left out.
//
// Voltages in nV, conductance in pS, tau in ps.
`default_nettype none
module fet_2n7002_node #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] STEP_PS = 250,       // the shortest step
    parameter signed [63:0] VCC_MV = 5000,
    parameter signed [63:0] VGS_TH_UV = 2000000,
    parameter signed [63:0] RDS_ON_MOHM = 5000   // at VGS = VCC
) (
    input  wire               clk,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire signed [63:0] volt,              // the gate net's exponential
    input  wire signed [63:0] at,
    input  wire signed [63:0] toward,
    input  wire signed [63:0] tau,
    input  wire               stamp,
    input  wire               ready,
    input  wire signed [63:0] drain,
    output reg                moving,
    output reg  signed [63:0] siemens,
    output wire signed [63:0] due
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;
    localparam signed [63:0] VTH = VGS_TH_UV * 1000;
    localparam signed [63:0] NEAR = VCC_MV * 1000; // a thousandth of the supply
    localparam signed [63:0] ON_PS = 64'sd1_000_000_000_000_000 / RDS_ON_MOHM;
    localparam signed [63:0] K = ON_PS * 1000 / (VCC_MV - VGS_TH_UV / 1000); // pS per volt

    `include "exponential.vh"

    reg               stamp_seen;
    reg signed [63:0] gate_volt, next_step;
    wire turns = ready && stamp != stamp_seen;
    wire signed [63:0] part = tau / 128 > STEP_PS ? tau / 128 : STEP_PS;
    wire signed [63:0] step = part / TICK_PS > 0 ? part / TICK_PS : 1;
    assign due = turns ? last : moving ? next_step : NEVER;

    function signed [63:0] gate_at(input signed [63:0] time_now);
        gate_at = after(volt, toward, tau, (time_now - at) * TICK_PS);
    endfunction

    // Is there something to follow on the way from v: not at its end, not all below VGS(th)?
    function follow(input signed [63:0] v);
        reg signed [63:0] rest;
        begin
            rest = v > toward ? v - toward : toward - v;
            follow = rest > NEAR && (v > VTH || toward > VTH);
        end
    endfunction

    wire signed [63:0] over = gate_volt - VTH;
    always @* begin
        if (over <= 0) siemens = 0;
        else if (!moving) siemens = K * (over / 1000) / 1_000_000;
        else if (drain < over) siemens = K * ((over - drain / 2) / 1000) / 1_000_000;
        else siemens = K * (over / 1000) / 2_000_000 * (over / 1000) / (drain / 1000);
    end

    initial begin
        {stamp_seen, moving} = 2'b00;
        gate_volt = 0;
        next_step = 0;
    end
    always @(posedge clk)
        if (turns) begin
            stamp_seen <= stamp;
            gate_volt <= follow(gate_at(last)) ? gate_at(last) : toward;
            moving <= follow(gate_at(last));
            next_step <= last + step;
        end else if (moving && ready && next_step == now) begin
            gate_volt <= follow(gate_at(now)) ? gate_at(now) : toward;
            moving <= follow(gate_at(now));
            next_step <= now + step;
        end
endmodule
