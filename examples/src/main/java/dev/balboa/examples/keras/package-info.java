/** The models of Keras's tutorials, as the guide shows them beside Keras's own code. */
package dev.balboa.examples.keras;
