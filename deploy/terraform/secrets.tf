# Drawn once. They are in the state of Terraform, too: keep that encrypted, and let few read it. KEY_PEPPER must never change while API keys
# live (docs/OPERATIONS.md, "Secrets"), so nothing here replaces it.
resource "random_password" "drawn" {
  for_each = toset(["JWT_SECRET", "KEY_PEPPER"])
  length   = 48
  special  = false

  lifecycle {
    ignore_changes = all
  }
}

# Letters and digits only: they stand in URLs.
resource "random_password" "database" {
  length  = 40
  special = false
}

resource "random_password" "redis" {
  length  = 40
  special = false
}

locals {
  secrets = {
    JWT_SECRET   = random_password.drawn["JWT_SECRET"].result
    KEY_PEPPER   = random_password.drawn["KEY_PEPPER"].result
    DATABASE_URL = "postgres://flagstaff:${random_password.database.result}@${aws_db_instance.this.endpoint}/flagstaff?sslmode=require"
    REDIS_URL    = "rediss://:${random_password.redis.result}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379"
  }
}

resource "aws_secretsmanager_secret" "this" {
  for_each = toset(["JWT_SECRET", "KEY_PEPPER", "DATABASE_URL", "REDIS_URL"])
  name     = "${var.name}/${each.key}"
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each      = aws_secretsmanager_secret.this
  secret_id     = each.value.id
  secret_string = local.secrets[each.key]
}
