extension HTTPClient {
    /// The bounds of a client, the same for all its requests.
    package struct Configuration: Sendable, Hashable {
        /// How many exchanges run at once; more wait in line. Values below 1 count as 1.
        package var maximumInFlight: Int

        /// How many requests may wait; one more is refused as `saturated`.
        package var maximumWaiting: Int

        /// How many streams may be open at once, beside the exchanges; one more is refused as `saturated`.
        package var maximumStreams: Int

        /// How many idle connections are kept for the next request. A scraper wants one for each target.
        package var maximumIdleConnections: Int

        /// The most bytes of header, trailers and interim answers included.
        package var maximumHeaderBytes: Int

        /// The `User-Agent` field.
        package var userAgent: String

        /// Which proxy is used. Loopback addresses go through none, except with `.always`.
        package var proxy: Proxy

        package init(
            maximumInFlight: Int = 64,
            maximumWaiting: Int = 16_384,
            maximumStreams: Int = 64,
            maximumIdleConnections: Int = 1024,
            maximumHeaderBytes: Int = 65_536,
            userAgent: String = "haldane",
            proxy: Proxy = .none
        ) {
            self.maximumInFlight = maximumInFlight
            self.maximumWaiting = maximumWaiting
            self.maximumStreams = maximumStreams
            self.maximumIdleConnections = maximumIdleConnections
            self.maximumHeaderBytes = maximumHeaderBytes
            self.userAgent = userAgent
            self.proxy = proxy
        }
    }

    /// Which proxy requests go through.
    package enum Proxy: Sendable, Hashable {
        /// None, whatever the environment says.
        case none

        /// What `http_proxy`, `https_proxy` and `no_proxy` say.
        case environment

        /// The proxy at this URL.
        case url(String)

        /// The proxy at this URL, for loopback addresses as well: they may be those of the proxy's machine.
        case always(String)
    }
}
