/* SDL and the clock end here: events go to keys.h and pointer.h, pictures come from draw_view(). */
#include "harness/view/window.h"

#include <SDL.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/interrupt.h"
#include "harness/report.h"
#include "harness/view/gtkw.h"
#include "harness/view/keys.h"
#include "harness/view/measure.h"
#include "harness/view/paint.h"
#include "harness/view/pointer.h"
#include "harness/view/view_file.h"
#include "harness/view/view_open.h"

#define STALE_MS   500 /* how often the file is looked at */
#define MIN_SIDE   160 /* of the window, points */
#define NORMAL_DPI 96.0
#define N_SHAPES   (POINTER_MOVE + 1)

struct window {
    struct view *view;
    SDL_Window *sdl;
    struct paint *paint;
    SDL_Cursor *shapes[N_SHAPES];
    enum pointer_shape shape;
    struct pointer pointer;
    float ratio; /* pixels of the picture per unit of SDL's coordinates */
    bool dirty, quit, fullscreen;
    uint32_t next_look; /* at the file, SDL's ticks */
    uint64_t n_drawn;
};

/* --- begin and end ------------------------------------------------------------------------- */

static bool no_display(struct sim_err *err) {
    sim_err_set(err, SIM_ERR_ENVIRONMENT,
                "no display for a window (%s); --screenshot FILE draws the picture without one",
                SDL_GetError());
    return false;
}

static bool begin_sdl(struct sim_err *err) {
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* they are interrupt.h's */
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (!getenv("XDG_RUNTIME_DIR") && !getenv("SDL_VIDEODRIVER"))
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11"); /* Wayland would complain on stderr */
    SDL_SetMainReady();
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return no_display(err);
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!driver || strcmp(driver, "dummy") == 0 || strcmp(driver, "offscreen") == 0) {
        SDL_SetError("SDL's video driver %s shows none", driver ? driver : "?");
        no_display(err);
        SDL_Quit();
        return false;
    }
    if (strcmp(driver, "x11") == 0) /* its own framebuffer; elsewhere a texture is needed */
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    return true;
}

static void set_title(struct window *w) {
    char title[512];
    const char *path = store_path(w->view->store), *slash = strrchr(path, '/');
    snprintf(title, sizeof title, "%.400s - linkpulse wave", slash ? slash + 1 : path);
    SDL_SetWindowTitle(w->sdl, title);
}

static void make_shapes(struct window *w) {
    static const SDL_SystemCursor SHAPES[N_SHAPES] = {
        [POINTER_ARROW] = SDL_SYSTEM_CURSOR_ARROW,
        [POINTER_CROSS] = SDL_SYSTEM_CURSOR_CROSSHAIR,
        [POINTER_SIDEWAYS] = SDL_SYSTEM_CURSOR_SIZEWE,
        [POINTER_HAND] = SDL_SYSTEM_CURSOR_HAND,
        [POINTER_MOVE] = SDL_SYSTEM_CURSOR_SIZEALL,
    };
    for (size_t i = 0; i < N_SHAPES; i++)
        w->shapes[i] = SDL_CreateSystemCursor(SHAPES[i]);
}

/* A display with fine pixels says so by a ratio (Wayland, macOS) or by its dots per inch (X11);
 * in halves, so that text keeps its shape. */
static double display_scale(struct window *w) {
    float dpi = 0;
    double scale = w->ratio;
    if (scale <= 1 && SDL_GetDisplayDPI(SDL_GetWindowDisplayIndex(w->sdl), NULL, &dpi, NULL) == 0)
        scale = floor(dpi / NORMAL_DPI * 2) / 2;
    return scale < 1 ? 1 : scale > 4 ? 4 : scale;
}

static bool open_window(struct window *w, struct sim_err *err) {
    struct view *view = w->view;
    w->sdl = SDL_CreateWindow("linkpulse wave", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
                              (int)view->width, (int)view->height,
                              SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!w->sdl)
        return no_display(err);
    SDL_SetWindowMinimumSize(w->sdl, MIN_SIDE, MIN_SIDE);
    make_shapes(w);
    set_title(w);
    SDL_StartTextInput();
    w->paint = paint_surface_create(view->width, view->height, err);
    return w->paint != NULL;
}

/* SDL ends its own waiting by an event that goes to the window over a second connection to the X
 * server. Were the window gone by then, Xlib would end the program: some round trips over the
 * first connection let the server come to the second. */
static void settle(struct window *w) {
    for (int i = 0; w->sdl && i < 4; i++) {
        SDL_PumpEvents();
        if (SDL_GetWindowSurface(w->sdl))
            SDL_UpdateWindowSurface(w->sdl);
        SDL_Delay(2);
    }
}

static void close_window(struct window *w) {
    settle(w);
    paint_destroy(w->paint);
    for (size_t i = 0; i < N_SHAPES; i++)
        if (w->shapes[i])
            SDL_FreeCursor(w->shapes[i]);
    if (w->sdl)
        SDL_DestroyWindow(w->sdl);
    SDL_Quit();
}

/* --- the picture --------------------------------------------------------------------------- */

static bool fit(struct window *w, struct sim_err *err) {
    int width, height, points;
    SDL_GetWindowSizeInPixels(w->sdl, &width, &height);
    SDL_GetWindowSize(w->sdl, &points, NULL);
    w->ratio = points > 0 ? (float)width / (float)points : 1;
    if (width < 1 || height < 1 || width > PAINT_MAX_SIDE || height > PAINT_MAX_SIDE)
        return true; /* minimised, or beyond what is drawn: stays as it is */
    if ((unsigned)width == w->view->width && (unsigned)height == w->view->height)
        return true;
    if (!paint_surface_resize(w->paint, (unsigned)width, (unsigned)height, err))
        return false;
    w->view->width = (unsigned)width;
    w->view->height = (unsigned)height;
    return true;
}

/* The state in words, for who drives the window from outside. */
static void tell(struct window *w) {
    const struct view *v = w->view;
    char times[2][32], message[VIEW_TEXT], hover[VIEW_TEXT];
    report_clean(v->message, message, sizeof message); /* names of the file may be anything */
    report_clean(v->hover, hover, sizeof hover);
    for (int i = 0; i < 2; i++)
        snprintf(times[i], sizeof times[i], v->cursors[i] == VIEW_NO_TIME ? "-" : "%" PRId64,
                 v->cursors[i]);
    fprintf(stderr,
            "wave: drawn %" PRIu64 " size %ux%u scale %g from %" PRId64 " span %" PRId64
            " cursors %s %s rows %zu top %zu active %zu panel %d found %zu prompt %u"
            " message [%s] hover [%s]\n",
            w->n_drawn, v->width, v->height, v->scale, v->from, v->span, times[0], times[1],
            v->n_rows, v->top, v->active, (int)v->panel, v->n_found, v->prompt, message, hover);
}

static bool show(struct window *w, struct sim_err *err) {
    if (!fit(w, err))
        return false;
    pointer_refresh(&w->pointer, w->view);
    if (w->view->panel == VIEW_MEASURE)
        measure_run(w->view);
    draw_view(w->view, w->paint);
    SDL_Surface *screen = SDL_GetWindowSurface(w->sdl);
    if (screen && SDL_BlitSurface(paint_surface_sdl(w->paint), NULL, screen, NULL) == 0)
        SDL_UpdateWindowSurface(w->sdl);
    w->dirty = false;
    w->n_drawn++;
    if (w->view->verbose)
        tell(w);
    return true;
}

/* --- events -------------------------------------------------------------------------------- */

static unsigned modifiers_of(unsigned state) {
    return (state & KMOD_SHIFT ? KEY_SHIFT : 0u) | (state & KMOD_CTRL ? KEY_CTRL : 0u) |
           (state & KMOD_ALT ? KEY_ALT : 0u);
}

static const struct {
    SDL_Keycode sdl;
    unsigned key;
} KEYS[] = {
    {SDLK_LEFT, KEY_LEFT},           {SDLK_RIGHT, KEY_RIGHT},        {SDLK_UP, KEY_UP},
    {SDLK_DOWN, KEY_DOWN},           {SDLK_HOME, KEY_HOME},          {SDLK_END, KEY_END},
    {SDLK_PAGEUP, KEY_PAGE_UP},      {SDLK_PAGEDOWN, KEY_PAGE_DOWN}, {SDLK_TAB, KEY_TAB},
    {SDLK_RETURN, KEY_RETURN},       {SDLK_KP_ENTER, KEY_RETURN},    {SDLK_ESCAPE, KEY_ESCAPE},
    {SDLK_BACKSPACE, KEY_BACKSPACE}, {SDLK_DELETE, KEY_DELETE},
};

/* What comes as text is left to SDL_TEXTINPUT, which knows the keyboard's layout. */
static unsigned key_of(const SDL_Keysym *symbol, unsigned modifiers) {
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (KEYS[i].sdl == symbol->sym)
            return KEYS[i].key;
    if (symbol->sym >= SDLK_F1 && symbol->sym <= SDLK_F12)
        return KEY_F1 + (unsigned)(symbol->sym - SDLK_F1);
    bool typed = symbol->sym > ' ' && symbol->sym < 0x7f;
    return typed && modifiers & KEY_CTRL && !(modifiers & KEY_ALT) ? (unsigned)symbol->sym : 0;
}

static bool on_key(struct window *w, const SDL_KeyboardEvent *event) {
    unsigned modifiers = modifiers_of(event->keysym.mod), key = key_of(&event->keysym, modifiers);
    struct act act = pointer_act(&w->pointer, w->view);
    return key && key_press(w->view, key, modifiers, &act);
}

/* Character by character: the first may open what the next are typed into. */
static bool on_text(struct window *w, const char *text) {
    bool changed = false;
    while (*text) {
        char character[8] = "";
        size_t n = 1;
        while (n < 4 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n++;
        memcpy(character, text, n);
        text += n;
        struct act act = pointer_act(&w->pointer, w->view);
        changed |= key_text(w->view, character, &act);
    }
    return changed;
}

static bool point_at(struct window *w, int x, int y) {
    int px = (int)((float)x * w->ratio), py = (int)((float)y * w->ratio);
    return pointer_move(&w->pointer, w->view, px, py);
}

static bool on_button(struct window *w, const SDL_MouseButtonEvent *event) {
    unsigned modifiers = modifiers_of((unsigned)SDL_GetModState());
    point_at(w, event->x, event->y);
    if (event->type == SDL_MOUSEBUTTONUP)
        return pointer_release(&w->pointer, w->view, event->button);
    return pointer_press(&w->pointer, w->view, event->button, modifiers);
}

static bool on_wheel(struct window *w, const SDL_MouseWheelEvent *event) {
    int x, y, steps = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -event->y : event->y;
    SDL_GetMouseState(&x, &y);
    point_at(w, x, y);
    if (event->x) /* a wheel that tilts, two fingers sideways */
        return pointer_wheel(&w->pointer, w->view, -event->x, KEY_CTRL);
    return pointer_wheel(&w->pointer, w->view, steps, modifiers_of((unsigned)SDL_GetModState()));
}

static void save_view(struct window *w, bool quietly) {
    struct sim_err err = SIM_ERR_INIT;
    if (view_file_save(w->view, &err))
        view_say(w->view, "saved as %.200s.lpview", store_path(w->view->store));
    else if (!quietly)
        view_say(w->view, "not saved: %s", err.text);
}

static void open_file(struct window *w, const char *path) {
    struct sim_err err = SIM_ERR_INIT;
    if (path)
        save_view(w, true);
    if (!view_reopen(w->view, path, &err))
        view_say(w->view, "%.100s: %s", path ? path : store_path(w->view->store), err.text);
    w->pointer.drag = POINTER_FREE;
    set_title(w);
}

static bool ends_in(const char *path, const char *ending) {
    size_t n = strlen(path), m = strlen(ending);
    return n >= m && strcmp(path + n - m, ending) == 0;
}

/* Waves take the place of those that are shown; rows of GTKWave are for these. */
static void drop(struct window *w, const char *path) {
    struct sim_err err = SIM_ERR_INIT;
    if (!ends_in(path, ".gtkw"))
        open_file(w, path);
    else if (!gtkw_load(w->view, path, &err))
        view_say(w->view, "%s", err.text);
}

static bool on_window(struct window *w, const SDL_WindowEvent *event) {
    switch (event->event) {
    case SDL_WINDOWEVENT_LEAVE:
        pointer_leave(&w->pointer, w->view);
        return true;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_RESTORED:
    case SDL_WINDOWEVENT_SHOWN:
        return true;
    default:
        return false;
    }
}

/* Tells whether the picture is another now. */
static bool on_event(struct window *w, SDL_Event *event) {
    switch (event->type) {
    case SDL_QUIT:
        w->quit = true;
        return false;
    case SDL_WINDOWEVENT:
        return on_window(w, &event->window);
    case SDL_KEYDOWN:
        return on_key(w, &event->key);
    case SDL_TEXTINPUT:
        return on_text(w, event->text.text);
    case SDL_MOUSEMOTION:
        return point_at(w, event->motion.x, event->motion.y);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        return on_button(w, &event->button);
    case SDL_MOUSEWHEEL:
        return on_wheel(w, &event->wheel);
    case SDL_DROPFILE:
        drop(w, event->drop.file);
        SDL_free(event->drop.file);
        return true;
    default:
        return false;
    }
}

/* --- what actions ask for ------------------------------------------------------------------ */

/* The picture without the pointer, as --screenshot would draw it. */
static void take_screenshot(struct window *w) {
    struct sim_err err = SIM_ERR_INIT;
    struct view *view = w->view;
    char path[4200];
    unsigned n = 1;
    do
        snprintf(path, sizeof path, "%s-%u.png", store_path(view->store), n);
    while (access(path, F_OK) == 0 && n++ < 100000);
    view->pointer = VIEW_NO_TIME;
    view->hover[0] = 0;
    draw_view(view, w->paint);
    if (paint_save(w->paint, path, &err))
        view_say(view, "picture saved as %.200s", path);
    else
        view_say(view, "no picture: %s", err.text);
}

static void write_gtkw(struct window *w) {
    struct sim_err err = SIM_ERR_INIT;
    char path[4200];
    snprintf(path, sizeof path, "%s.gtkw", store_path(w->view->store));
    if (gtkw_save(w->view, path, &err))
        view_say(w->view, "rows saved as %.200s", path);
    else
        view_say(w->view, "not saved: %s", err.text);
}

static void turn_fullscreen(struct window *w) {
    w->fullscreen = !w->fullscreen;
    SDL_SetWindowFullscreen(w->sdl, w->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

static void do_request(struct window *w) {
    enum view_request request = w->view->request;
    w->view->request = VIEW_NO_REQUEST;
    switch (request) {
    case VIEW_NO_REQUEST:
        return;
    case VIEW_REQUEST_QUIT:
        w->quit = true;
        break;
    case VIEW_REQUEST_RELOAD:
        open_file(w, NULL);
        break;
    case VIEW_REQUEST_SCREENSHOT:
        take_screenshot(w);
        break;
    case VIEW_REQUEST_SAVE:
        save_view(w, false);
        break;
    case VIEW_REQUEST_GTKW:
        write_gtkw(w);
        break;
    case VIEW_REQUEST_FULLSCREEN:
        turn_fullscreen(w);
        break;
    }
    w->dirty = true;
}

/* --- the loop ------------------------------------------------------------------------------ */

/* A file that takes long to read is looked at less often. */
static void look_at_file(struct window *w) {
    uint32_t now = SDL_GetTicks();
    if (!SDL_TICKS_PASSED(now, w->next_look))
        return;
    if (!w->view->prompt && store_is_stale(w->view->store)) { /* a text being typed is kept */
        open_file(w, NULL);
        w->dirty = true;
    }
    uint32_t took = SDL_GetTicks() - now;
    w->next_look = SDL_GetTicks() + STALE_MS + 4 * took;
}

static void follow_shape(struct window *w) {
    enum pointer_shape shape = pointer_shape(&w->pointer, w->view);
    if (shape != w->shape && w->shapes[shape])
        SDL_SetCursor(w->shapes[shape]);
    w->shape = shape;
}

/* A fast mouse moves a thousand times a second; only where it is now matters. */
static bool is_overtaken(const SDL_Event *event) {
    SDL_Event next;
    return event->type == SDL_MOUSEMOTION &&
           SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1 &&
           next.type == SDL_MOUSEMOTION;
}

static void handle(struct window *w, SDL_Event *event) {
    if (is_overtaken(event))
        return;
    w->dirty |= on_event(w, event);
    do_request(w);
}

static bool loop(struct window *w, struct sim_err *err) {
    SDL_Event event;
    sig_atomic_t before = interrupted; /* a run that was stopped is still looked at */
    while (!w->quit && interrupted == before) {
        if (w->dirty && !show(w, err))
            return false;
        if (SDL_WaitEventTimeout(&event, STALE_MS))
            do
                handle(w, &event);
            while (!w->quit && SDL_PollEvent(&event));
        follow_shape(w);
        look_at_file(w);
    }
    return true;
}

bool window_run(struct view *view, struct sim_err *err) {
    struct window w = {.view = view, .ratio = 1, .dirty = true, .shape = POINTER_ARROW};
    if (!begin_sdl(err))
        return false;
    if (!interrupted)
        interrupt_install(); /* Ctrl-C closes the window as its button does */
    bool ok = open_window(&w, err);
    if (ok) {
        ok = fit(&w, err);
        view->scale = view->scale > 0 ? view->scale : display_scale(&w);
        ok = ok && loop(&w, err);
        save_view(&w, true);
    }
    close_window(&w);
    return ok;
}
