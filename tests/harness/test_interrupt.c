#include <criterion/criterion.h>
#include <signal.h>

#include "harness/interrupt.h"

Test(interrupt, the_first_signal_only_asks) {
    interrupt_install();
    cr_assert(!interrupted);
    cr_assert_eq(raise(SIGINT), 0);
    cr_assert(interrupted);
}

Test(interrupt, the_second_signal_ends, .signal = SIGINT) {
    interrupt_install();
    raise(SIGINT);
    raise(SIGINT);
}
