/** Tensors in files. */
package dev.balboa.nn.io;
