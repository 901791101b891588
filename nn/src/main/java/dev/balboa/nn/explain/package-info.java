/**
 * What a model's answer depends on: attributions to the elements of its input, to places of an
 * inner layer, to the positions that attention looks at. {@code dev.balboa.report} draws them.
 */
package dev.balboa.nn.explain;
