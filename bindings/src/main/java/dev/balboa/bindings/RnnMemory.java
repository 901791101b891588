package dev.balboa.bindings;

/**
 * The buffers of a recurrent primitive, or those of their gradients. What a cell does not have is
 * none.
 *
 * @param srcLayer input, {@code [T, N, SLC]}
 * @param srcIter hidden state at the start, {@code [L, D, N, SIC]}, or none for zeros
 * @param srcIterC LSTM cell state at the start, {@code [L, D, N, DHC]}, or none
 * @param weightsLayer {@code [L, D, SLC, G, DHC]}
 * @param weightsIter {@code [L, D, SIC, G, DHC]}
 * @param bias {@code [L, D, G, DHC]}, or none
 * @param dstLayer output, {@code [T, N, DLC]}
 * @param dstIter hidden state at the end, or none
 * @param dstIterC LSTM cell state at the end, or none
 */
public record RnnMemory(
    MemoryDesc srcLayer,
    MemoryDesc srcIter,
    MemoryDesc srcIterC,
    MemoryDesc weightsLayer,
    MemoryDesc weightsIter,
    MemoryDesc bias,
    MemoryDesc dstLayer,
    MemoryDesc dstIter,
    MemoryDesc dstIterC) {}
