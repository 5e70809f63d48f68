#include "firmware/lwip/port.h"

#include "firmware/drivers/clock.h"
#include "firmware/drivers/rx.h"
#include "firmware/drivers/tx.h"
#include "firmware/lib/itm.h"
#include "firmware/lib/memory.h"
#include "firmware/registers/armv7m.h"
#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

enum { MTU = 1500, SYSTICK_PRIORITY = 8 };
/* The 96-bit unique identifier: RM0368 section 24.1. */
#define UID ((const volatile uint32_t *)0x1fff7a10u)

static struct netif adapter;
static volatile uint32_t milliseconds;

void SysTick_Handler(void);
void SysTick_Handler(void) {
    milliseconds++;
}

uint32_t port_ms(void) {
    return milliseconds;
}

u32_t sys_now(void) {
    return milliseconds;
}

/* Differs from board to board and with the time of the first frames: for DHCP's transaction
 * and the ports, not for secrets. */
uint32_t lwip_port_random(void) {
    static uint32_t state;
    state = (state ^ UID[0] ^ UID[1] ^ UID[2] ^ DWT->CYCCNT) * 1664525u + 1013904223u;
    return state >> 8;
}

static err_t send(struct netif *netif, struct pbuf *p) {
    (void)netif;
    if (p->tot_len > TX_LONGEST)
        return ERR_BUF;
    pbuf_copy_partial(p, tx_begin(), p->tot_len, 0);
    tx_commit(p->tot_len);
    return ERR_OK;
}

static void status_changed(struct netif *netif) {
    if (ip4_addr_isany(netif_ip4_addr(netif)))
        return;
    itm_puts("ip ");
    itm_address(ip4_addr_get_u32(netif_ip4_addr(netif)));
    itm_puts("\n");
}

static err_t adapter_init(struct netif *netif) {
    netif->name[0] = 'l';
    netif->name[1] = 'p';
    netif->hostname = "linkpulse";
    netif->mtu = MTU;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    netif->output = etharp_output;
    netif->linkoutput = send;
    return ERR_OK;
}

static void systick_init(void) {
    exception_priority(EXCEPTION_SYSTICK, SYSTICK_PRIORITY);
    SYSTICK->RVR = CLOCK_HCLK / 1000 - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYSTICK_CSR_CORE | SYSTICK_CSR_TICKINT | SYSTICK_CSR_ENABLE;
}

void port_init(const uint8_t mac[6]) {
    systick_init();
    lwip_init();
    adapter.hwaddr_len = ETH_HWADDR_LEN;
    memcpy(adapter.hwaddr, mac, ETH_HWADDR_LEN);
    netif_add(&adapter, NULL, NULL, NULL, NULL, adapter_init, netif_input);
    netif_set_status_callback(&adapter, status_changed);
    netif_set_default(&adapter);
    netif_set_link_up(&adapter); /* the board does not tell the MCU: always */
    netif_set_up(&adapter);
    dhcp_start(&adapter);
}

static void receive(const uint8_t *frame, uint16_t length) {
    struct pbuf *p = pbuf_alloc(PBUF_RAW, length, PBUF_POOL);
    if (!p) {
        lp_drop_queue();
        return;
    }
    pbuf_take(p, frame, length);
    if (adapter.input(p, &adapter) != ERR_OK)
        pbuf_free(p);
}

bool port_poll(void) {
    uint16_t length;
    const uint8_t *frame = rx_take(&length);
    if (frame) {
        receive(frame, length);
        rx_release();
    }
    sys_check_timeouts();
    return frame != NULL;
}

void port_listen(uint16_t port, tcp_accept_fn accepted) {
    struct tcp_pcb *pcb = tcp_new();
    if (!pcb || tcp_bind(pcb, IP_ADDR_ANY, port) != ERR_OK)
        return;
    pcb = tcp_listen(pcb);
    if (pcb)
        tcp_accept(pcb, accepted);
}
