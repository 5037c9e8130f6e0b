import CanaryTransport

extension HTTPClient {
    /// A client for the time of `body`: shut down however that ends.
    static func lent<Value>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
        let client = HTTPClient()
        do {
            let value = try await body(client)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
