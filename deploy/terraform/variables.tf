variable "name" {
  description = "Begins the name of everything: 1 to 20 lower-case letters, digits and hyphens."
  type        = string
  default     = "flagstaff"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.name))
    error_message = "The name must have 1 to 20 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "image" {
  description = "The image with its tag or digest."
  type        = string
}

variable "public_url" {
  description = "The address at which clients reach the load balancer: PUBLIC_URL."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the load balancer, in ACM, for the host of public_url."
  type        = string
}

variable "vpc_id" {
  description = "The network that everything is in."
  type        = string
}

variable "vpc_cidr_blocks" {
  description = "Its blocks of addresses: TRUSTED_PROXIES, so that what the load balancer states in X-Forwarded-For is believed."
  type        = list(string)
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer, in two zones or more."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "Subnets of servers, PostgreSQL and Redis, in two zones or more, with a way out to the registry of the image."
  type        = list(string)
}

variable "servers_min" {
  description = "The least number of servers."
  type        = number
  default     = 2
}

variable "servers_max" {
  description = "The largest number of servers. DATABASE_POOL_SIZE (10) times this must stay below what the database allows."
  type        = number
  default     = 10
}

variable "database_class" {
  description = "Instance class of PostgreSQL."
  type        = string
  default     = "db.t4g.medium"
}

variable "redis_class" {
  description = "Node type of Redis, which holds nothing that is not in PostgreSQL."
  type        = string
  default     = "cache.t4g.small"
}

variable "backup_days" {
  description = "For how many days the database can be put back to any instant."
  type        = number
  default     = 14
}

variable "environment" {
  description = "Further variables of the server that are no secrets, by their names."
  type        = map(string)
  default     = {}
}
