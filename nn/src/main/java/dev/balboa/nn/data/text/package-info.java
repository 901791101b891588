/** Text as samples: tokens, vocabularies, padded sequences, windows for language models. */
package dev.balboa.nn.data.text;
