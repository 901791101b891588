/**
 * Sequences from models that predict the next token: sampling and beam search.
 *
 * <p>Tokens are numbers below the size of a vocabulary; text is the caller's.
 */
package dev.balboa.nn.generate;
