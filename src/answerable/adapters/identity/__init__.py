"""Where the keys that workloads and customers are known by come from: files, HTTPS, the SPIFFE Workload API."""
