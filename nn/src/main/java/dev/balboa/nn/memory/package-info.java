/**
 * Off-heap memory: a pooled {@link dev.balboa.nn.memory.Allocator}, {@link
 * dev.balboa.nn.memory.Block}s of 64-byte-aligned memory whose lifetime is lexical ({@link
 * dev.balboa.nn.memory.Scope}) or explicit ({@link dev.balboa.nn.memory.Block#keep()}), and the
 * {@link dev.balboa.nn.memory.Layout} of elements in them.
 *
 * <p>Nothing here is ever freed by the garbage collector. Memory returned to the pool stays mapped
 * until {@link dev.balboa.nn.memory.Allocator#trim()} or a limit gives it back to the operating
 * system.
 */
package dev.balboa.nn.memory;
