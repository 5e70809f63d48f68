/* Ends with CODE. */
#include "test.h"

int main(void) {
    return CODE;
}
