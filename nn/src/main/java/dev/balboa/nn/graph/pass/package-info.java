/** Functions from graphs to graphs; each does one thing and can be left out. */
package dev.balboa.nn.graph.pass;
