// exp and log in fixed point, by series; for use inside a module.

// 2^30 exp(-x / 2^24), x >= 0: halvings, then the series on a remainder below ln 2.
function signed [63:0] decay(input signed [63:0] x);
    reg signed [63:0] halvings, rest, sum;
    begin
        halvings = x / 64'sd11629080;                       // 2^24 ln 2
        rest = (x <<< 6) - halvings * 64'sd744261118;       // 2^30 ln 2
        sum = 64'sd1073741824 - rest / 9;
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 8);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 7);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 6);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 5);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 4);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 3);
        sum = 64'sd1073741824 - ((rest * sum >>> 30) / 2);
        sum = 64'sd1073741824 - (rest * sum >>> 30);
        decay = halvings > 40 ? 0 : sum >>> halvings;
    end
endfunction

// 2^24 ln(ratio / 2^24), ratio >= 2^24: halvings, then 2 artanh((f - 1) / (f + 1)).
function signed [63:0] logarithm(input signed [63:0] ratio);
    reg signed [63:0] f, halvings, z, z2, sum;
    integer i;
    begin
        f = ratio;
        halvings = 0;
        for (i = 0; i < 40; i = i + 1)
            if (f >= 64'sd33554432) begin
                f = f >>> 1;
                halvings = halvings + 1;
            end
        z = ((f - 64'sd16777216) <<< 30) / (f + 64'sd16777216);
        z2 = z * z >>> 30;
        sum = 64'sd1073741824 / 13;
        sum = 64'sd1073741824 / 11 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 9 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 7 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 5 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 / 3 + (z2 * sum >>> 30);
        sum = 64'sd1073741824 + (z2 * sum >>> 30);
        logarithm = halvings * 64'sd11629080 + ((z * sum >>> 30) + 16 >>> 5);
    end
endfunction
