// exp and log in fixed point, by series; for use inside a module. Fractions have 28 bits.

// 2^28 a / b, for a below 2^41; beyond 2^34 the last 8 bits of both are left out.
function signed [63:0] quotient(input signed [63:0] a, input signed [63:0] b);
    if (a < 64'sd17179869184) quotient = (a <<< 28) / b;
    else quotient = b < 256 ? 64'sh3fff_ffff_ffff_ffff : (a >>> 8 <<< 28) / (b >>> 8);
endfunction

// 2^30 exp(-x / 2^28), x >= 0: halvings, then the series on a remainder below ln 2.
function signed [63:0] decay(input signed [63:0] x);
    reg signed [63:0] halvings, rest, sum;
    begin
        halvings = x / 64'sd186065279;                      // 2^28 ln 2
        rest = (x - halvings * 64'sd186065279) <<< 2;
        sum = 64'sd1073741824 - rest / 9;
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 8);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 7);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 6);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 5);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 4);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 3);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 2);
        sum = 64'sd1073741824 - (rest * sum >>> 30);
        // A shift by a 64-bit count is 0 in Verilator 5.006.
        decay = halvings > 40 ? 0 : sum >>> halvings[5:0];
    end
endfunction

// 2^28 ln(ratio / 2^28), ratio >= 2^28: halvings, then 2 artanh((f - 1) / (f + 1)).
function signed [63:0] logarithm(input signed [63:0] ratio);
    reg signed [63:0] f, halvings, z, z2, sum;
    integer i;
    begin
        f = ratio;
        halvings = 0;
        for (i = 0; i < 40; i = i + 1)
            if (f >= 64'sd536870912) begin
                f = f >>> 1;
                halvings = halvings + 1;
            end
        z = ((f - 64'sd268435456) <<< 30) / (f + 64'sd268435456);
        z2 = z * z >>> 30;
        sum = 64'sd1073741824 / 13;
        sum = 64'sd1073741824 / 11 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 9 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 7 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 5 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 3 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 + (z2 * sum >>> 30);
        logarithm = halvings * 64'sd186065279 + ((z * sum >>> 30) >>> 1);
    end
endfunction

// From `from` towards `to` with the time constant t, the time dt later (ps).
function signed [63:0] after(input signed [63:0] from, input signed [63:0] to,
                             input signed [63:0] t, input signed [63:0] dt);
    if (dt == 0) after = from;
    else if (dt / 40 >= t) after = to;
    else after = to + ((from - to) * decay(quotient(dt, t)) >>> 30);
endfunction
