/// Something a person may want to know at once.
package struct Notice: Sendable, Hashable, Codable {
    package enum Urgency: String, Sendable, Hashable, Codable {
        case info
        case warning
        /// Somebody has to do something.
        case page
    }

    package var urgency: Urgency
    package var reason: Reason

    package init(_ urgency: Urgency, _ reason: Reason) {
        self.urgency = urgency
        self.reason = reason
    }
}
