#include "harness/view/theme.h"

#define RGB(hex)                                                                                   \
    { (hex) >> 16, ((hex) >> 8) & 0xff, (hex)&0xff, 255 }

static const struct theme DARK = {
    .ground = RGB(0x11151b),
    .bar = RGB(0x1a2029),
    .field = RGB(0x0c0f14),
    .edge = RGB(0x323b49),
    .grid = RGB(0x212833),
    .active = RGB(0x263344),
    .selected = RGB(0x1f2f46),
    .ink = RGB(0xdde4ed),
    .soft = RGB(0x9aa7b7),
    .accent = RGB(0x7cb8ff),
    .bit = RGB(0x63cf8c),
    .bus = RGB(0x6fb1f5),
    .real = RGB(0xe6b450),
    .event = RGB(0xd0a6f7),
    .unknown = RGB(0xff7a72),
    .floating = RGB(0xc79bf2),
    .cursors = {RGB(0xf5d06f), RGB(0x6fdde6)},
    .marker = RGB(0xb4bfce),
    .pointer = RGB(0x55627a),
    .failure = RGB(0xff7a72),
    .threshold = RGB(0x9aa7b7),
    .flag_ink = RGB(0x11151b),
    .classes = {RGB(0x71819a), RGB(0x5b86b8), RGB(0x4f9fd6), RGB(0x55b07e), RGB(0x9d86cf),
                RGB(0xb0924c), RGB(0xff7a72)},
    .fills = {RGB(0x28303c), RGB(0x1e2d40), RGB(0x173450), RGB(0x1b3a2b), RGB(0x30284a),
              RGB(0x3a3220), RGB(0x4f1f24)},
};

static const struct theme LIGHT = {
    .ground = RGB(0xffffff),
    .bar = RGB(0xf4f6f9),
    .field = RGB(0xffffff),
    .edge = RGB(0xcdd5de),
    .grid = RGB(0xe8ecf1),
    .active = RGB(0xdfeafb),
    .selected = RGB(0xebf2fd),
    .ink = RGB(0x1c2530),
    .soft = RGB(0x566272),
    .accent = RGB(0x0a5cc0),
    .bit = RGB(0x197a3b),
    .bus = RGB(0x1460b8),
    .real = RGB(0x9a5b00),
    .event = RGB(0x7a3fc0),
    .unknown = RGB(0xc8202c),
    .floating = RGB(0x8a4fc4),
    .cursors = {RGB(0xa84300), RGB(0x00707a)},
    .marker = RGB(0x4d5866),
    .pointer = RGB(0xb4bfcc),
    .failure = RGB(0xc8202c),
    .threshold = RGB(0x566272),
    .flag_ink = RGB(0xffffff),
    .classes = {RGB(0x8592a3), RGB(0x6d9bd0), RGB(0x3f86cc), RGB(0x3f9a63), RGB(0x8f72c4),
                RGB(0xb28a35), RGB(0xc8202c)},
    .fills = {RGB(0xf0f3f6), RGB(0xeef5fd), RGB(0xdcebfb), RGB(0xdff3e6), RGB(0xeee6fa),
              RGB(0xfaf1da), RGB(0xfde3e3)},
};

const struct theme *theme_of(enum view_theme theme) {
    return theme == VIEW_LIGHT ? &LIGHT : &DARK;
}

struct paint_colour theme_thin(struct paint_colour colour, unsigned alpha) {
    colour.a = (uint8_t)(alpha < 255 ? alpha : 255);
    return colour;
}
