/* Vector table and start for the test images: copies .data, clears .bss, calls main, and
 * leaves through semihosting with what main returned. Handlers are "b .", as in most
 * programs. Symbols come from chip.ld. */
    .syntax unified
    .thumb

    .section .vectors, "a"
    .word stack_top
    .word Reset_Handler
    .rept 14 + 56
    .word Default_Handler
    .endr
    .word DMA2_Stream0_IRQHandler /* 56 on the F4 chips */
    .rept 39
    .word Default_Handler
    .endr

    .weak DMA2_Stream0_IRQHandler
    .thumb_set DMA2_Stream0_IRQHandler, Default_Handler

    .text
    .thumb_func
    .type Default_Handler, %function
    .global Default_Handler
Default_Handler:
    b .
    .size Default_Handler, . - Default_Handler

    .thumb_func
    .type Reset_Handler, %function
    .global Reset_Handler
Reset_Handler:
    ldr r0, =data_start
    ldr r1, =data_end
    ldr r2, =data_load
1:  cmp r0, r1
    ittt lo
    ldrlo r3, [r2], #4
    strlo r3, [r0], #4
    blo 1b
    ldr r1, =bss_end
    movs r3, #0
2:  cmp r0, r1
    itt lo
    strlo r3, [r0], #4
    blo 2b
    bl main
    b leave
    .size Reset_Handler, . - Reset_Handler

/* SYS_EXIT_EXTENDED {ADP_Stopped_ApplicationExit, r0} */
    .thumb_func
    .type leave, %function
    .global leave
leave:
    ldr r1, =0x20026
    push {r0, r1}
    push {r1}
    str r0, [sp, #4]
    mov r1, sp
    movs r0, #0x20
    bkpt 0xab
    b .
    .size leave, . - leave
