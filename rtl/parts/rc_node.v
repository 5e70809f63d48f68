// The voltage of an analog net: its capacitance, and what conducts into it. While the
// conductances stand still the voltage goes exponentially to where they balance; each
// change of one of them is a new start. While a FET is on its way, `moving`, every clock
// edge is one: the FET makes one each step.
//
// Voltages are in nV, conductance in pS, current in fA, capacitance in fF, tau in ps.
`default_nettype none
module rc_node #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] CAPACITANCE_FF = 1   // at most 9 mF
) (
    input  wire               clk,
    input  wire signed [63:0] last,
    input  wire signed [63:0] now,
    input  wire               moving,
    input  wire signed [63:0] siemens,   // sums over the branches
    input  wire signed [63:0] ampere,
    input  wire signed [63:0] kick,      // charge that a gate pushes in, as nV
    output reg  signed [63:0] volt,      // at the time `at`
    output reg  signed [63:0] at,
    output reg  signed [63:0] toward,    // where it goes from there
    output reg  signed [63:0] tau,
    output reg                stamp,     // changes with every new start
    output wire               ready,     // volt, at, toward and tau belong together
    output wire signed [63:0] due        // at once, when there is one to make
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;
    // tau in ps is CHARGE / conductance; a large capacitance goes without the last digits.
    localparam LARGE = CAPACITANCE_FF > 64'sd9_000_000_000;
    localparam signed [63:0] CHARGE = CAPACITANCE_FF * (LARGE ? 1_000_000 : 1_000_000_000);

    `include "exponential.vh"

    reg               awake;             // powered: it starts balanced
    reg signed [63:0] siemens_was, ampere_was, toward_was, tau_was;
    wire changed = siemens != siemens_was || ampere != ampere_was || kick != 0;
    wire follows = moving && at == last;
    assign ready = !changed || follows;
    assign due = ready ? NEVER : last;

    function signed [63:0] balance(input signed [63:0] conductance, input signed [63:0] current);
        if (conductance > 0) balance = current * 1000 / conductance * 1000;
        else balance = 0;
    endfunction

    function signed [63:0] constant(input signed [63:0] conductance);
        reg signed [63:0] divisor;
        begin
            divisor = LARGE ? conductance / 1000 : conductance;
            if (divisor > CHARGE || conductance <= 0) constant = 1;
            else constant = CHARGE / (divisor > 0 ? divisor : 1);
        end
    endfunction

    always @* begin
        toward = toward_was;
        tau = tau_was;
        if (changed) begin
            toward = balance(siemens, ampere);
            tau = constant(siemens);
        end
    end

    initial begin
        {awake, stamp} = 2'b00;
        volt = 0;
        at = 0;
        toward_was = 0;
        tau_was = 1;
        siemens_was = 0;
        ampere_was = 0;
    end
    always @(posedge clk)
        if (follows | changed) begin
            awake <= 1;
            stamp <= ~stamp;
            if (follows) volt <= after(volt + kick, toward, tau, (now - last) * TICK_PS);
            else if (!awake) volt <= toward;
            else if (siemens_was == 0) volt <= volt + kick;
            else volt <= after(volt, toward_was, tau_was, (last - at) * TICK_PS) + kick;
            at <= follows ? now : last;
            toward_was <= toward;
            tau_was <= tau;
            siemens_was <= siemens;
            ampere_was <= ampere;
        end
endmodule
