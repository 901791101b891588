/** Handwritten digits: a convolutional network is trained, saved, reloaded and asked. */
package dev.balboa.examples.mnist;
