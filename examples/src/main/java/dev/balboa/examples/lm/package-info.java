/** A character-level Transformer language model of the King James Bible. */
package dev.balboa.examples.lm;
