// The voltage of an analog net: its capacitance, and what conducts into it. While the
// conductances stand still the voltage goes exponentially to where they balance; each
// change of one of them is a new start. A FET on its way changes its own every step.
//
// Voltages are in nV, conductance in pS, current in fA, capacitance in fF, tau in ps.
`default_nettype none
module rc_node #(
    parameter signed [63:0] TICK_PS = 1,
    parameter signed [63:0] CAPACITANCE_FF = 1   // at most 9 uF
) (
    input  wire               clk,
    input  wire signed [63:0] last,
    input  wire signed [63:0] siemens,   // sums over the branches
    input  wire signed [63:0] ampere,
    input  wire signed [63:0] kick,      // charge that a gate pushes in, as nV
    output reg  signed [63:0] volt,      // at the time `at`
    output reg  signed [63:0] at,
    output reg  signed [63:0] toward,    // where it goes from there
    output reg  signed [63:0] tau,
    output reg                stamp,     // changes with every new start
    output wire signed [63:0] due        // at once, when there is one to make
);
    localparam signed [63:0] NEVER = 64'sh7fff_ffff_ffff_ffff;
    localparam signed [63:0] CHARGE = CAPACITANCE_FF * 1_000_000_000;

    `include "exponential.vh"

    reg               awake;             // powered: it starts balanced
    reg signed [63:0] siemens_was, ampere_was;
    wire changed = siemens != siemens_was || ampere != ampere_was || kick != 0;
    assign due = changed ? last : NEVER;

    function signed [63:0] balance(input signed [63:0] conductance, input signed [63:0] current);
        balance = conductance > 0 ? current * 1000 / conductance * 1000 : 0;
    endfunction

    // The voltage a time `dt` (ps) after the start.
    function signed [63:0] after(input signed [63:0] dt);
        after = siemens_was == 0 ? volt
              : dt / 40 >= tau ? toward
              : toward + ((volt - toward) * decay(quotient(dt, tau)) >>> 30);
    endfunction

    initial begin
        {awake, stamp} = 2'b00;
        volt = 0;
        at = 0;
        toward = 0;
        tau = 1;
        siemens_was = 0;
        ampere_was = 0;
    end
    always @(posedge clk)
        if (changed) begin
            awake <= 1;
            stamp <= ~stamp;
            volt <= awake ? after((last - at) * TICK_PS) + kick : balance(siemens, ampere);
            at <= last;
            toward <= balance(siemens, ampere);
            tau <= siemens > CHARGE || siemens <= 0 ? 1 : CHARGE / siemens;
            siemens_was <= siemens;
            ampere_was <= ampere;
        end
endmodule
