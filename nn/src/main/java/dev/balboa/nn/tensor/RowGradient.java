package dev.balboa.nn.tensor;

/**
 * A gradient that is zero in all rows of a parameter but some.
 *
 * @param ids which rows, I64 [u], ascending and distinct
 * @param rows their gradients [u, ...]
 */
public record RowGradient(Tensor ids, Tensor rows) {}
