/**
 * Captured execution: operations traced once over specs into a {@link dev.balboa.nn.graph.Graph},
 * made better by {@linkplain dev.balboa.nn.graph.pass passes}, planned into one piece of memory and
 * replayed without allocation or look-up.
 */
package dev.balboa.nn.graph;
