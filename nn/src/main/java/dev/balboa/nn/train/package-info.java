/** Training loops: losses, metrics, progress, early stopping, checkpoints. */
package dev.balboa.nn.train;
