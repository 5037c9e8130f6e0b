/// How the network fails between one client and the server.
package enum Partition: Sendable, Hashable {
    /// Open connections break, and requests on new ones are reset.
    case refused
    /// Nothing is answered any more, and nothing breaks: packets are lost.
    case silent
}
