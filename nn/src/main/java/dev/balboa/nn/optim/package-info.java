/** Optimizers, learning-rate schedules and gradient clipping. */
package dev.balboa.nn.optim;
