/** A recurrent network that answers one sequence with another: sums as texts. */
package dev.balboa.examples.seq2seq;
