import CanaryYAML

/// What an API server says in a `Status` object.
enum StatusMessage {
    /// The message, at most 200 characters; nil if the body is something else.
    static func text(of body: [UInt8]) -> String? {
        // A body that is no Status has nothing to say here.
        guard body.count <= 65_536, let json = try? JSONText.parse(body), json["kind"]?.string == "Status" else {
            return nil
        }
        return json["message"]?.string.map { String($0.prefix(200)) }
    }
}
