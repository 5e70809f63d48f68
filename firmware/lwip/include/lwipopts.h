/* lwIP for netif_f401: no system, IPv4, DHCP and TCP by callbacks; all of it in the main
 * loop, so nothing to protect. */
#ifndef FIRMWARE_LWIP_LWIPOPTS_H
#define FIRMWARE_LWIP_LWIPOPTS_H

#define NO_SYS                     1
#define SYS_LIGHTWEIGHT_PROT       0
#define LWIP_SOCKET                0
#define LWIP_NETCONN               0
#define LWIP_DHCP                  1
#define DHCP_DOES_ARP_CHECK        0 /* RFC 2131: should, and costs the first seconds */
#define LWIP_UDP                   1
#define LWIP_TCP                   1
#define LWIP_NETIF_HOSTNAME        1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_STATS                 0
#define IP_REASSEMBLY              0
#define IP_FRAG                    0

#define MEM_ALIGNMENT    4
#define MEM_SIZE         (16 * 1024)
#define PBUF_POOL_SIZE   16
#define MEMP_NUM_TCP_PCB 8
#define TCP_MSS          1460
#define TCP_WND          (4 * TCP_MSS) /* what a fast retransmission needs at least */
#define TCP_SND_BUF      (4 * TCP_MSS)
#define MEMP_NUM_TCP_SEG 24
#define TCP_SND_QUEUELEN 16
/* A fifth of lwIP's: a segment lost to a collision costs 0.1 to 0.2 s, not a second. */
#define TCP_TMR_INTERVAL  50

#endif
