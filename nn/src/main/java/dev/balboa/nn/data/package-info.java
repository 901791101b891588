/** Samples, files of samples, and batches of them as tensors. */
package dev.balboa.nn.data;
