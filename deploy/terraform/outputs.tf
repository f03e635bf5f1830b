output "load_balancer" {
  description = "The name that the host of public_url must lead to."
  value       = aws_lb.this.dns_name
}

output "log_group" {
  description = "Where servers log. The first one prints a one-time set-up token there until there is a user."
  value       = aws_cloudwatch_log_group.this.name
}

output "secret_arns" {
  description = "What must be kept with the backups, but not beside them."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}
